import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { AppraisalId, CoachingId, ShiftId } from '../kernel/ids.ts'
import { LINK_LETTERS } from '../kernel/links.ts'
import { Refusal } from '../kernel/refusal.ts'
import { HOUR, plus } from '../kernel/time.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form, optionalText, pathId, query, rowId, text } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { page, partOrPage, seeOther } from '../web/page.ts'
import { listPage } from '../web/paging.ts'
import { factsShown } from './cards/facts.ts'
import { showCard } from './cards/show.ts'
import { answerCoaching, askCoaching } from './coaching/actions.ts'
import { showCoaching } from './coaching/page.ts'
import * as act from './deciding/actions.ts'
import { listToScore } from './deciding/queries.ts'
import { type Moved, WORDS_LETTERS } from './deciding/rules.ts'
import { firstDay, monthKey, needReader } from './months/asked.ts'
import { noteShift } from './notes/actions.ts'
import { shiftsLed } from './notes/queries.ts'
import { listOfPerson } from './queries.ts'
import { BEHAVIOURS } from './scoring/quality/rules.ts'
import { INDICATORS } from './scoring/weights/rules.ts'
import { tabsOf } from './tabs.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

/** Of one's own months a page. */
const MONTHS = 24

const WORDS = optionalText(WORDS_LETTERS)
const LINK = optionalText(LINK_LETTERS)
/** −10 to 10, one decimal at most; both minus signs that people type. */
export const POINTS = z
  .string()
  .transform((typed) => typed.trim().replace('−', '-'))
  .refine((typed) => typed === '' || /^[+-]?\d{1,2}(\.\d)?$/.test(typed), 'points')
  .transform(Number)
const MARK = z.enum(['0', '1', '2', '3']).transform(Number)
const MOVES = Object.fromEntries(
  INDICATORS.flatMap((one) => [
    [`${one}By`, POINTS.optional()],
    [`${one}Why`, WORDS.optional()],
    [`${one}Link`, LINK.optional()],
  ]),
)
const MARKS = Object.fromEntries(BEHAVIOURS.map((one) => [one, MARK])) as Record<
  (typeof BEHAVIOURS)[number],
  typeof MARK
>

/** /appraisal: one's own months first, the notes and scores of whoever leads nights, and one person's card with all its acts. */
export function appraisalRoutes(deps: Deps) {
  const own = staffOnly(deps, 'appraisal.own')
  const acting = async (c: Ctx, what: (tx: Tx, id: AppraisalId) => Promise<unknown>, typed: Values = {}) => {
    const id = pathId<AppraisalId>(c)
    try {
      await deps.transact(c.var.me.actor, (tx) => what(tx, id))
      return seeOther(c, `/appraisal/${id}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return showOne(c, deps, { typed, at: c.req.path.split('/').at(-1), refused: refusedBy(error) }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', own, (c) => showOwn(c, deps))
    .get('/notes', own, (c) => showNotes(c, deps))
    .post('/notes/:shift', own, async (c) => {
      const { words, link, ...marks } = await form(c, { ...MARKS, words: WORDS, link: LINK })
      const shiftId = pathId<ShiftId>(c, 'shift')
      try {
        await deps.transact(c.var.me.actor, (tx) => noteShift(tx, shiftId, { marks, words, link }))
        return seeOther(c, `/appraisal/notes#shift-${shiftId}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        const typed = { shiftId, words, link, ...marks }
        return showNotes(c, deps, { typed, refused: refusedBy(error) }, 422)
      }
    })
    .get('/scoring', own, async (c) => {
      const signs = c.var.me.capabilities.has('appraisal.sign')
      const people = await listToScore(deps.db, { by: c.var.me.staffId, signs })
      return partOrPage(c, deps, 'appraisal/scoring', 'list', { ...(await tabsOf(c, deps)), people })
    })
    .get('/coaching', own, (c) => showCoaching(c, deps))
    .post('/coaching', own, async (c) => {
      const typed = await form(c, {
        words: text(WORDS_LETTERS),
        indicator: z.enum([...INDICATORS, '']),
        appraisal: z.union([rowId, z.literal('')]),
      })
      const appraisalId = typed.appraisal === '' ? null : (typed.appraisal as AppraisalId)
      const indicator = typed.indicator === '' ? null : typed.indicator
      await deps.transact(c.var.me.actor, (tx) => askCoaching(tx, { appraisalId, indicator, words: typed.words }))
      return seeOther(c, '/appraisal/coaching')
    })
    .post('/coaching/:id/answer', own, async (c) => {
      needReader(c)
      const typed = await form(c, { outcome: z.enum(['scheduled', 'declined']), answer: text(WORDS_LETTERS) })
      try {
        await deps.transact(c.var.me.actor, (tx) => answerCoaching(tx, pathId<CoachingId>(c), typed))
        return seeOther(c, '/appraisal/coaching')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showCoaching(c, deps, { refused: error }, 422)
      }
    })
    .get('/:id', own, (c) => showOne(c, deps))
    .get('/:id/facts/:item', own, (c) => showFacts(c, deps))
    .post('/:id/comment', own, async (c) => {
      const typed = await form(c, { words: text(WORDS_LETTERS) })
      return acting(c, (tx, id) => act.commentOn(tx, id, typed.words), typed)
    })
    .post('/:id/score', own, async (c) => {
      const typed = await form(c, MOVES)
      return acting(c, (tx, id) => act.scoreAppraisal(tx, id, movesIn(typed)), typed)
    })
    .post('/:id/review', own, async (c) => {
      const typed = await form(c, { points: POINTS, why: WORDS })
      return acting(c, (tx, id) => act.reviewAppraisal(tx, id, typed), typed)
    })
    .post('/:id/return', own, async (c) => {
      const typed = await form(c, { words: text(WORDS_LETTERS) })
      return acting(c, (tx, id) => act.sendBack(tx, id, typed.words), typed)
    })
    .post('/:id/case', own, async (c) => {
      const typed = await form(c, { words: WORDS, link: LINK })
      const proven = typed.words.trim() === '' ? null : typed
      return acting(c, (tx, id) => act.noteCase(tx, id, proven), typed)
    })
    .post('/:id/signature', own, async (c) => {
      await form(c, {})
      return acting(c, (tx, id) => act.signAppraisal(tx, id))
    })
    .post('/:id/receipt', own, async (c) => {
      await form(c, {})
      return acting(c, (tx, id) => act.acknowledge(tx, id))
    })
    .post('/:id/objection', own, async (c) => {
      const typed = await form(c, { words: text(WORDS_LETTERS) })
      return acting(c, (tx, id) => act.objectTo(tx, id, typed.words), typed)
    })
    .post('/:id/decision', own, async (c) => {
      const typed = await form(c, {
        outcome: z.enum(['upheld', 'amended']),
        points: POINTS,
        why: text(WORDS_LETTERS),
      })
      return acting(c, (tx, id) => act.decide(tx, id, typed), typed)
    })
    .post('/:id/reopening', own, async (c) => {
      const typed = await form(c, { why: text(WORDS_LETTERS), link: text(LINK_LETTERS) })
      return acting(c, (tx, id) => act.reopen(tx, id, typed), typed)
    })
}

/** Which of its published versions somebody asks to see; none: as it stands. */
function revisionIn(c: Ctx): number | null {
  if (c.req.method !== 'GET') return null
  const { revision } = query(c, {
    revision: z
      .string()
      .regex(/^[1-9]\d{0,3}$/)
      .optional(),
  })
  return revision ? Number(revision) : null
}

export const refusedBy = (error: Refusal) => ({ [error.field ?? 'form']: error })

function movesIn(typed: Record<string, unknown>): Moved {
  return Object.fromEntries(
    INDICATORS.flatMap((one) => {
      const by = Number(typed[`${one}By`] ?? 0)
      const move = { by, why: String(typed[`${one}Why`] ?? ''), link: String(typed[`${one}Link`] ?? '') }
      return by === 0 ? [] : [[one, move]]
    }),
  )
}

async function showOwn(c: Ctx, deps: Deps): Promise<Response> {
  const { staffId } = c.var.me
  const asked = query(c, { before: monthKey.optional() })
  const before = firstDay(asked.before)
  const [found, [latest]] = await Promise.all([
    listOfPerson(deps.db, staffId, { before, limit: MONTHS + 1 }),
    listOfPerson(deps.db, staffId, { before: null, limit: 1 }),
  ])
  return partOrPage(c, deps, 'appraisal/own', 'one', {
    ...(await tabsOf(c, deps)),
    months: listPage(found, MONTHS, {
      path: '/appraisal',
      asked,
      list: 'before',
      anchor: 'own-months',
      placeOf: ({ month }) => month.slice(0, 7),
    }),
    ...(latest ? await showCard(deps, c.var.me, latest.id) : {}),
    ownPage: true,
  })
}

async function showOne(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const shown = await showCard(deps, c.var.me, pathId<AppraisalId>(c), revisionIn(c))
  return partOrPage(c, deps, 'appraisal/card', 'one', { ...(await tabsOf(c, deps)), ...shown, ...values }, status)
}

async function showNotes(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const { shiftNoteHours } = await currentSettings(deps.db)
  const now = deps.clock.now()
  const led = await shiftsLed(deps.db, c.var.me.staffId, { since: plus(now, -shiftNoteHours * HOUR), now })
  const nights = [...Map.groupBy(led, ({ night }) => night)].map(([night, shifts]) => ({ night, shifts }))
  const shown = { nights, behaviours: BEHAVIOURS, hours: shiftNoteHours, ...(await tabsOf(c, deps)), ...values }
  return page(c, deps, 'appraisal/notes', shown, status)
}

/** Down to the rows that one figure is counted from. */
async function showFacts(c: Ctx, deps: Deps): Promise<Response> {
  const asked = { id: pathId<AppraisalId>(c), item: c.req.param('item') ?? '', asked: revisionIn(c) }
  const shown = await factsShown(deps, c.var.me, asked)
  return page(c, deps, 'appraisal/facts', { ...(await tabsOf(c, deps)), ...shown })
}
