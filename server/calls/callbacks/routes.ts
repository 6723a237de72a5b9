import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { seesCustomer, veilOf } from '../../customers/privacy/rules.ts'
import type { CallbackId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { instantOf, localOf, MINUTE, noonBefore, plus } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env, SignedIn } from '../../web/env.ts'
import { clientId, dayAndTime, form, optionalText, pathId, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { partOrPage, seeOther, wantsPart } from '../../web/page.ts'
import { seenNumber } from '../cards.ts'
import { TARGET, targetOf } from '../targets.ts'
import { lastCallsOf, openTicketsOf } from '../wrapping/queries.ts'
import * as act from './actions.ts'
import { endCallback, giveUpCallback } from './ending/actions.ts'
import { ATTEMPT_OUTCOMES, GIVE_UP_REASONS, isOpenCallback, moreUrgent } from './rules.ts'
import { type CallbackView, listEndedCallbacks, listOpenCallbacks, viewCallback } from './views/queries.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>
const MOST = 200
const WORDS = 4000
/** What the form proposes to promise. */
const SOON_MINUTES = 60

/** Who is owed a call: claimed, tried, promised, done. */
export function callbackRoutes(deps: Deps) {
  const work = staffOnly(deps, 'call.work')
  const acting = async (c: Ctx, typed: Values, what: (tx: Tx) => Promise<unknown>) => {
    const id = pathId<CallbackId>(c)
    try {
      await deps.transact(c.var.me.actor, what)
      return wantsPart(c) ? showList(c, deps, { at: id }) : seeOther(c, `/calls/callbacks?at=${id}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return showList(c, deps, { at: id, typed, refused: error }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', staffOnly(deps, 'call.read'), (c) => {
      const { at } = query(c, { at: rowId.optional() })
      return showList(c, deps, { at })
    })
    .post('/:id{[0-9]+}/claim', work, async (c) => {
      await form(c, {})
      return acting(c, {}, (tx) => act.claimCallback(tx, pathId<CallbackId>(c)))
    })
    .post('/:id{[0-9]+}/release', work, async (c) => {
      await form(c, {})
      return acting(c, {}, (tx) => act.releaseCallback(tx, pathId<CallbackId>(c)))
    })
    .post('/:id{[0-9]+}/attempts', work, async (c) => {
      const typed = await form(c, { outcome: z.enum(ATTEMPT_OUTCOMES), words: optionalText(400), clientId })
      return acting(c, { attempt: typed }, (tx) => act.tryCallback(tx, pathId<CallbackId>(c), typed))
    })
    .post('/:id{[0-9]+}/promise', work, async (c) => {
      const { due, ...typed } = await form(c, { ...TARGET, due: dayAndTime })
      const dueAt = instantOf(due.slice(0, 10), due.slice(11), deps.config.timeZone)
      return acting(c, { promise: { ...typed, due } }, async (tx) => {
        const target = await targetOf(deps.db, typed)
        await act.promiseCallback(tx, pathId<CallbackId>(c), { dueAt, target })
      })
    })
    .post('/:id{[0-9]+}/end', work, async (c) => {
      const typed = await form(c, { ...TARGET, note: optionalText(WORDS) })
      return acting(c, { end: typed }, async (tx) => {
        const target = await targetOf(deps.db, typed)
        await endCallback(tx, pathId<CallbackId>(c), { note: typed.note, target })
      })
    })
    .post('/:id{[0-9]+}/giving-up', work, async (c) => {
      const typed = await form(c, { reason: z.enum(GIVE_UP_REASONS), words: optionalText(400) })
      return acting(c, { give: typed }, (tx) => giveUpCallback(tx, pathId<CallbackId>(c), typed))
    })
}

async function showList(c: Ctx, deps: Deps, values: Values & { at?: string | undefined }, status: 200 | 422 = 200) {
  const { db, clock, config } = deps
  const { me } = c.var
  const now = clock.now()
  const [open, ended, { callbackTries, callbackMinutes }] = await Promise.all([
    listOpenCallbacks(db, MOST),
    listEndedCallbacks(db, noonBefore(now, config.timeZone), MOST),
    currentSettings(db),
  ])
  const rows = open
    .map((one) => ({ ...one, overdue: one.dueAt <= now }))
    .toSorted(moreUrgent)
    .map((one) => ({ ...seenCallback(me, one), due: dueOf(one) }))
  const chosen = values.at ? (rows.find(({ id }) => id === values.at) ?? (await oneOf(deps, me, values.at))) : undefined
  return partOrPage(
    c,
    deps,
    'calls/callbacks',
    'list',
    {
      rows,
      ended: ended.map((one) => seenCallback(me, one)),
      counts: { due: rows.length, overdue: rows.filter(({ overdue }) => overdue).length },
      chosen: chosen && (await aroundOne(deps, me, chosen)),
      tries: callbackTries,
      minutes: callbackMinutes,
      ...values,
    },
    status,
  )
}

const dueOf = ({ dueAt, overdue }: { dueAt: Date; overdue: boolean }) => ({
  at: dueAt,
  tone: overdue ? 'bad' : 'quiet',
  seconds: 600,
})

const oneOf = async (deps: Deps, me: SignedIn, id: string) => {
  const one = await viewCallback(deps.db, id as CallbackId)
  return seenCallback(me, { ...one, overdue: isOpenCallback(one.state) && one.dueAt <= deps.clock.now() })
}

/** Whoever has claimed it, or leads, sees whom they call. */
function seenCallback<One extends CallbackView>(me: SignedIn, one: One) {
  const inFull = seesCustomer(me, one.claimedBy?.id ?? null)
  return {
    ...one,
    inFull,
    shown: seenNumber(one.number, inFull),
    telephone: inFull && one.number.startsWith('+') ? `tel:${one.number}` : null,
    customers: one.customers.map((customer) => ({ ...customer, name: veilOf(inFull, customer.name).name })),
    words: one.words === null ? null : veilOf(inFull, '').words(one.words),
    tries: one.tries.map((attempt) => ({ ...attempt, words: veilOf(inFull, '').words(attempt.words) })),
    mine: one.claimedBy?.id === me.staffId,
    open: isOpenCallback(one.state),
    acts: isOpenCallback(one.state) && (one.claimedBy?.id === me.staffId || me.capabilities.has('desk.lead')),
  }
}

async function aroundOne(
  { db, clock, config }: Deps,
  me: SignedIn,
  one: ReturnType<typeof seenCallback<CallbackView>>,
) {
  const ids = one.customers.map(({ id }) => id)
  const [tickets, past, { callRecordingNotice }] = await Promise.all([
    openTicketsOf(db, ids),
    lastCallsOf(db, one.number, null, 6),
    currentSettings(db),
  ])
  const soon = localOf(plus(clock.now(), SOON_MINUTES * MINUTE), config.timeZone)
  return {
    ...one,
    tickets: tickets.map((ticket) => ({
      ...ticket,
      subject: veilOf(one.inFull, ticket.customerName).words(ticket.subject),
      customerName: veilOf(one.inFull, ticket.customerName).name,
    })),
    past,
    // Whoever is called back over a line that records hears it as any caller does.
    notice: one.records ? callRecordingNotice : null,
    soon: `${soon.date}T${soon.time}`,
    clientId: crypto.randomUUID(),
    attemptId: crypto.randomUUID(),
    outcomes: ATTEMPT_OUTCOMES,
    reasons: GIVE_UP_REASONS,
    mayClaim:
      me.capabilities.has('call.work') && one.open && !one.mine && (!one.claimedBy || me.capabilities.has('desk.lead')),
  }
}
