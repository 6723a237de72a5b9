import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { ShiftId } from '../../kernel/ids.ts'
import { Denied, Refusal } from '../../kernel/refusal.ts'
import { addDays, comingNight } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, partOrPage, seeOther, wantsPart } from '../../web/page.ts'
import * as act from './actions.ts'
import { confirmationCard } from './contributions.ts'
import { headedBy, listAsked } from './funnel/queries.ts'
import { byPerson, funnelOf } from './funnel/rules.ts'
import { listOfPerson } from './queries.ts'
import { REASON_LETTERS } from './rules.ts'

const MONTH = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/)
type Values = Record<string, unknown>

/** /roster/confirmations: what I was asked and say; and for HR and heads how the answers stand. */
export function confirmationRoutes(deps: Deps) {
  const mine = staffOnly(deps, 'attendance.own')
  const hr = staffOnly(deps, 'roster.edit')
  const acting = async (
    c: Context<Env>,
    what: (tx: Tx) => Promise<unknown>,
    { done, again }: { done: string; again: (values: Values) => Promise<Response> },
  ): Promise<Response> => {
    try {
      await deps.transact(c.var.me.actor, what)
      return seeOther(c, done)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return again({ refused: error })
    }
  }
  return new Hono<Env>()
    .get('/', mine, async (c) => {
      // Opening it is the receipt, as with a notice; that an open page draws itself anew is none.
      if (!wantsPart(c)) await deps.transact(c.var.me.actor, (tx) => act.noteSeen(tx, c.var.me.staffId))
      return showMine(c, deps, {})
    })
    .get('/card', mine, async (c) => {
      if (!wantsPart(c)) return seeOther(c, '/roster/confirmations')
      const card = await confirmationCard(deps, c.var.me.staffId)
      return fragment(c, deps, 'confirmations/card', 'card', { ...card.values })
    })
    .post('/', mine, async (c) => {
      await form(c, {})
      return acting(c, act.confirmAll, {
        done: '/roster/confirmations',
        again: (values) => showMine(c, deps, values, 422),
      })
    })
    .get('/all', staffOnly(deps, 'confirmation.read'), (c) => showAll(c, deps, {}))
    .post('/:id/yes', mine, async (c) => {
      await form(c, {})
      const id = pathId<ShiftId>(c)
      return acting(c, (tx) => act.confirmShift(tx, id), {
        done: '/roster/confirmations',
        again: (values) => showMine(c, deps, { ...values, at: id }, 422),
      })
    })
    .post('/:id/no', mine, async (c) => {
      const typed = await form(c, { reason: optionalText(REASON_LETTERS) })
      const id = pathId<ShiftId>(c)
      return acting(c, (tx) => act.declineShift(tx, id, typed.reason.trim()), {
        done: `/roster/swaps/new?shift=${id}`,
        again: (values) => showMine(c, deps, { ...values, at: id, typed }, 422),
      })
    })
    .post('/:id/heard', hr, async (c) => {
      const { month } = await form(c, { month: MONTH })
      const id = pathId<ShiftId>(c)
      return acting(c, (tx) => act.confirmByHr(tx, id), {
        done: `/roster/confirmations/all?month=${month}`,
        again: (values) => showAll(c, deps, { ...values, at: id }, 422, month),
      })
    })
}

async function showMine(c: Context<Env>, deps: Deps, values: Values, status: 200 | 422 = 200): Promise<Response> {
  const now = deps.clock.now()
  const asked = await listOfPerson(deps.db, c.var.me.staffId, now)
  const lines = asked.map((one) => ({
    ...one,
    waits: one.state === 'notified' || one.state === 'unconfirmed',
    begun: one.from <= now,
  }))
  const open = lines.filter(({ waits, begun }) => waits && !begun)
  const due = open.map(({ dueAt }) => dueAt).filter((at) => at !== null)
  return partOrPage(
    c,
    deps,
    'confirmations/mine',
    'mine',
    {
      lines,
      open: open.length,
      dueAt: due.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null,
      letters: REASON_LETTERS,
      ...values,
    },
    status,
  )
}

async function showAll(
  c: Context<Env>,
  deps: Deps,
  values: Values,
  status: 200 | 422 = 200,
  given?: string,
): Promise<Response> {
  const { me } = c.var
  const asked = c.req.method === 'GET' ? query(c, { month: MONTH.optional() }) : {}
  const { nightStart: start, nightEnd: end } = await currentSettings(deps.db)
  const month =
    given ?? asked.month ?? comingNight(deps.clock.now(), { start, end, zone: deps.config.timeZone }).slice(0, 7)
  const edits = me.capabilities.has('roster.edit')
  const headed = edits ? null : await headedBy(deps.db, me.staffId)
  if (headed?.length === 0) throw new Denied('roster.edit')
  const next = addDays(`${month}-28`, 7).slice(0, 7)
  const lines = await listAsked(deps.db, { from: `${month}-01`, to: `${next}-01`, departments: headed })
  const funnel = funnelOf(lines)
  return partOrPage(
    c,
    deps,
    'confirmations/all',
    'all',
    {
      month,
      before: addDays(`${month}-01`, -1).slice(0, 7),
      next,
      steps: (['sent', 'delivered', 'seen', 'confirmed'] as const).map((step) => ({
        step,
        count: funnel[step],
        share: lines.length === 0 ? 0 : Math.round((funnel[step] / lines.length) * 100),
      })),
      people: byPerson(lines).map((one) => ({ ...one, who: one.shifts[0], count: one.shifts.length })),
      edits,
      ...values,
    },
    status,
  )
}
