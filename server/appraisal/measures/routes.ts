import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listLeaders } from '../../accounts/leadership/queries.ts'
import type { MeasureId, StaffId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId, text } from '../../web/forms.ts'
import { needOf, staffOnly } from '../../web/guard.ts'
import { partOrPage, seeOther } from '../../web/page.ts'
import { listPage } from '../../web/paging.ts'
import { WORDS_LETTERS } from '../deciding/rules.ts'
import { needReader } from '../months/asked.ts'
import { isGroups } from '../people/actions.ts'
import { withRole } from '../people/queries.ts'
import { refusedBy } from '../routes.ts'
import { tabsOf } from '../tabs.ts'
import * as act from './actions.ts'
import { listMeasures, listOver, listUnderWay } from './queries.ts'
import { isAgainst, whyNotLeader } from './rules.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

const COEFFICIENT = z
  .string()
  .trim()
  .refine((typed) => typed === '' || /^\d(\.\d{1,2})?$/.test(typed), 'coefficient')
  .transform((typed) => (typed === '' ? null : Number(typed)))

/** /measures: what the regulation recommends, what people made of it, and one's own. Nothing here pays or cuts anything. */
export function measureRoutes(deps: Deps) {
  const own = staffOnly(deps, 'appraisal.own')
  const zone = deps.config.timeZone
  const acting = async (c: Ctx, typed: Values, what: (tx: Tx, id: MeasureId) => Promise<unknown>) => {
    const id = pathId<MeasureId>(c)
    try {
      await deps.transact(c.var.me.actor, (tx) => what(tx, id))
      return seeOther(c, `/measures#measure-${id}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return show(c, deps, { typed: { id, ...typed }, refused: refusedBy(error) }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', own, (c) => show(c, deps))
    .post('/putting-forward', own, async (c) => {
      needReader(c)
      // As the regulation recommends them, with one reason for all; whatever is to be changed is put forward by itself.
      const typed = await form(c, {
        measures: z.array(rowId).max(500).default([]),
        why: optionalText(WORDS_LETTERS),
      })
      try {
        if (typed.measures.length > 0 && typed.why.trim() === '')
          throw new Refusal('measures.reason_missing', {}, 'why')
        for (const id of typed.measures)
          await deps.transact(c.var.me.actor, (tx) => act.putRecommended(tx, id as MeasureId, { why: typed.why, zone }))
        return seeOther(c, '/measures')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { typed, refused: refusedBy(error) }, 422)
      }
    })
    .post('/:id/putting-forward', own, async (c) => {
      needReader(c)
      const typed = await form(c, { coefficient: COEFFICIENT, why: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.putForward(tx, id, { ...typed, zone }))
    })
    .post('/:id/statement', own, async (c) => {
      const typed = await form(c, { words: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.stateOwn(tx, id, typed.words))
    })
    .post('/:id/decision', own, async (c) => {
      needOf(c.var.me, 'appraisal.sign')
      const typed = await form(c, { outcome: z.enum(['decided', 'declined']), why: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.decideMeasure(tx, id, { ...typed, zone }))
    })
    .post('/:id/execution', own, async (c) => {
      await form(c, {})
      return acting(c, {}, (tx, id) => act.executeMeasure(tx, id))
    })
    .post('/:id/withdrawal', own, async (c) => {
      const typed = await form(c, { why: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.withdrawMeasure(tx, id, { ...typed, zone }))
    })
    .post('/:id/objection', own, async (c) => {
      const typed = await form(c, { words: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.objectToMeasure(tx, id, typed.words))
    })
    .post('/:id/review', own, async (c) => {
      needOf(c.var.me, 'appraisal.sign')
      const typed = await form(c, { outcome: z.enum(['upheld', 'lifted']), why: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.reviewMeasure(tx, id, typed))
    })
}

/** To be put forward at once; the others follow once these are. */
const AT_ONCE = 200
const OVER_AT_ONCE = 50

async function show(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const { me } = c.var
  const now = deps.clock.now()
  const reviews = me.capabilities.has('appraisal.review')
  const signs = me.capabilities.has('appraisal.sign')
  const mine = await listMeasures(deps.db, { now, staffId: me.staffId })
  const asked = c.req.method === 'GET' ? query(c, { before: rowId.optional() }) : {}
  const before = (asked.before ?? null) as MeasureId | null
  const except = me.staffId
  const personnel = signs ? await withRole(deps.db, 'hr') : []
  const leaders = signs ? await listLeaders(deps.db, now) : []
  // The group puts forward what there is nobody else of personnel for.
  const [sole] = personnel
  const forwards = reviews || (signs && personnel.length < 2)
  const stands = (staffId: StaffId): boolean => reviews || (signs && isGroups(personnel, staffId))
  const { proposed, proposedCount, going } =
    reviews || signs
      ? await listUnderWay(deps.db, { except, now, limit: AT_ONCE, of: reviews ? null : (sole ?? null) })
      : { proposed: [], proposedCount: 0, going: [] }
  const over = reviews || signs ? await listOver(deps.db, { except, now, before, limit: OVER_AT_ONCE + 1 }) : []
  const shown = {
    proposed: forwards ? proposed : [],
    proposedCount,
    more: proposedCount - proposed.length,
    forwards,
    mine: mine.map((one) => ({
      ...one,
      may: {
        object: isAgainst(one.kind) && one.objection === null && ['decided', 'executed'].includes(one.state),
      },
    })),
    others: going.map((one) => ({
      ...one,
      against: isAgainst(one.kind),
      // Why not I, and whether there is anybody else of the group who can.
      instead: signs && ['pending', 'objected'].includes(one.state) ? whyNotLeader(one, me.staffId) : null,
      nobody: leaders.every((leader) => whyNotLeader(one, leader) !== null),
      heard: one.statement !== null || (one.statementDueAt !== null && one.statementDueAt <= now),
      may: {
        decide: signs && one.state === 'pending' && whyNotLeader(one, me.staffId) === null,
        execute: stands(one.staffId) && (one.state === 'decided' || one.state === 'reviewed'),
        withdraw: stands(one.staffId) && ['proposed', 'pending', 'decided'].includes(one.state),
        review: signs && one.state === 'objected' && whyNotLeader(one, me.staffId) === null,
      },
    })),
    before,
    over: listPage(over, OVER_AT_ONCE, {
      path: '/measures',
      asked,
      list: 'before',
      anchor: 'measures-over',
      placeOf: ({ id }) => id,
    }),
    reviews,
    signs,
  }
  return partOrPage(c, deps, 'appraisal/measures', 'list', { ...(await tabsOf(c, deps)), ...shown, ...values }, status)
}
