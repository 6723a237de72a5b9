import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listActive } from '../../accounts/people/queries.ts'
import type { DocumentRequestId, FalseRecordId, StaffId } from '../../kernel/ids.ts'
import { linksIn } from '../../kernel/links.ts'
import { NotFound, Refusal } from '../../kernel/refusal.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId, text } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, partOrPage, seeOther } from '../../web/page.ts'
import { checks, LINKS, refusedBy } from '../routes.ts'
import { MOST_LINKS, WORDS_LETTERS } from '../rules.ts'
import * as act from './actions.ts'
import { getCase } from './queries.ts'
import { isDecidedLate, isHeard, WEIGHTS, whyNotDecideCase, whyNotReviewCase } from './rules.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

/** /records/cases: a record that is thought to be false, from the facts over the person's own word to the decision. */
export function falseRecordRoutes(deps: Deps) {
  const own = staffOnly(deps, 'record.own')
  const asks = staffOnly(deps, 'record.ask')
  const decides = staffOnly(deps, 'record.decide')
  const zone = deps.config.timeZone
  const acting = async (c: Ctx, typed: Values, what: (tx: Tx, id: FalseRecordId) => Promise<unknown>) => {
    const id = pathId<FalseRecordId>(c)
    try {
      await deps.transact(c.var.me.actor, (tx) => what(tx, id))
      return seeOther(c, `/records/cases/${id}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return showOne(c, deps, { typed, at: c.req.path.split('/').at(-1), refused: refusedBy(error) }, 422)
    }
  }
  return new Hono<Env>()
    .get('/new', asks, async (c) => {
      const asked = query(c, { person: rowId.optional(), request: rowId.optional() })
      const links = asked.request ? `/records/${asked.request}` : ''
      return showForm(c, deps, { typed: { person: asked.person, request: asked.request ?? '', links } })
    })
    .post('/', asks, async (c) => {
      const typed = await form(c, {
        person: rowId.or(z.literal('')),
        words: optionalText(WORDS_LETTERS),
        links: LINKS,
        request: rowId.or(z.literal('')),
      })
      try {
        if (typed.person === '') throw new Refusal('records.nobody_chosen', {}, 'person')
        if (typed.words.trim() === '') throw new Refusal('records.words_missing', {}, 'words')
        const opening = {
          staffId: typed.person as StaffId,
          words: typed.words.trim(),
          links: linksIn(typed.links),
          requestId: typed.request === '' ? null : (typed.request as DocumentRequestId),
        }
        const id = await deps.transact(c.var.me.actor, (tx) => act.openFalseRecord(tx, opening, zone))
        return seeOther(c, `/records/cases/${id}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showForm(c, deps, { typed, refused: refusedBy(error) }, 422)
      }
    })
    .get('/:id', own, (c) => showOne(c, deps))
    .post('/:id/statement', own, async (c) => {
      const typed = await form(c, { words: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.stateRecord(tx, id, typed.words.trim(), zone))
    })
    .post('/:id/decision', decides, async (c) => {
      const typed = await form(c, {
        outcome: z.enum(['proven', 'dismissed']),
        weight: z.enum([...WEIGHTS, '']),
        why: text(WORDS_LETTERS),
      })
      const weight = typed.weight === '' ? null : typed.weight
      return acting(c, typed, (tx, id) => act.decideFalseRecord(tx, id, { ...typed, weight }, zone))
    })
    .post('/:id/withdrawal', asks, async (c) => {
      const typed = await form(c, { why: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.withdrawCase(tx, id, typed.why))
    })
    .post('/:id/objection', own, async (c) => {
      const typed = await form(c, { words: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.objectToCase(tx, id, typed.words.trim(), zone))
    })
    .post('/:id/review', decides, async (c) => {
      const typed = await form(c, { outcome: z.enum(['upheld', 'lifted']), why: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.reviewCase(tx, id, typed))
    })
}

async function showOne(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const { me } = c.var
  const now = deps.clock.now()
  const one = await getCase(deps.db, pathId<FalseRecordId>(c))
  const mine = one.staffId === me.staffId
  if (!mine && !checks(c)) throw new NotFound()
  const leads = !mine && me.capabilities.has('record.decide')
  const objectable = one.state === 'proven' && !one.objectedAt && one.objectUntil !== null && one.objectUntil > now
  const shown = {
    one,
    mine,
    objectable,
    heard: isHeard(one, now),
    late: isDecidedLate(one, now),
    weights: WEIGHTS,
    letters: WORDS_LETTERS,
    may: {
      state: mine && one.state === 'opened',
      decide: leads && one.state === 'opened' && whyNotDecideCase(one, me.staffId, 'dismissed', now) === null,
      withdraw: !mine && me.capabilities.has('record.ask') && one.state === 'opened',
      object: mine && objectable,
      review: leads && one.state === 'objected' && whyNotReviewCase(one, me.staffId) === null,
    },
  }
  return partOrPage(c, deps, 'records/case', 'one', { ...shown, ...values }, status)
}

async function showForm(c: Ctx, deps: Deps, values: Values, status: 200 | 422 = 200): Promise<Response> {
  const [people, { measureStatementWorkdays, recordDecisionWorkdays }] = await Promise.all([
    listActive(deps.db),
    currentSettings(deps.db),
  ])
  const shown = {
    people: people.filter(({ id }) => id !== c.var.me.staffId),
    days: measureStatementWorkdays,
    decisionDays: recordDecisionWorkdays,
    letters: WORDS_LETTERS,
    most: MOST_LINKS,
  }
  return page(c, deps, 'records/open', { ...shown, ...values }, status)
}
