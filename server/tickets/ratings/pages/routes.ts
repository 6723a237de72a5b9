import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { shown } from '../../../customers/privacy/rules.ts'
import type { ContestId, RatingId } from '../../../kernel/ids.ts'
import { NotFound, Refusal } from '../../../kernel/refusal.ts'
import { addDays, instantOf, plus } from '../../../kernel/time.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { form, optionalText, pathId, query, rowId } from '../../../web/forms.ts'
import { staffOnly } from '../../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../../web/page.ts'
import { listPage } from '../../../web/paging.ts'
import { ratingOfContest } from '../contests/queries.ts'
import { contestRating, decideContest, excludeRating, includeRating, withdrawContest } from '../standing/actions.ts'
import {
  CONTEST_GROUNDS,
  contestEndsAt,
  DECIDED_REASONS,
  EXCLUSION_REASONS,
  monthOf,
  stateOf,
  WORDS_LETTERS,
  whyNotContest,
  whyNotExclude,
  whyNotJudge,
} from '../standing/rules.ts'
import {
  contestsOf,
  exclusionsOf,
  getRating,
  listMine,
  listOpenContests,
  listSettledContests,
  type RatingRow,
} from './queries.ts'

type Ctx = Context<Env>
/** Settled contests a page. */
const AT_ONCE = 60
const words = optionalText(WORDS_LETTERS)

/** /ratings: what customers said of my own work, and contesting it; the second person's list; one rating with all that was decided. */
export const ratingRoutes = (deps: Deps) => {
  const { db, clock, config } = deps
  const zone = config.timeZone
  const mine = staffOnly(deps)
  const decides = staffOnly(deps, 'rating.decide')

  const act =
    <Shape extends z.ZodRawShape>(
      name: string,
      shape: Shape,
      run: (tx: Tx, id: string, typed: z.infer<z.ZodObject<Shape>>) => Promise<void>,
      ratingOf: (id: string) => Promise<RatingId> = async (id) => id as RatingId,
    ) =>
    async (c: Ctx): Promise<Response> => {
      const typed = await form(c, shape)
      const id = pathId<string>(c)
      const ratingId = await ratingOf(id)
      await visible(c, ratingId)
      try {
        await deps.transact(c.var.me.actor, (tx) => run(tx, id, typed))
        return seeOther(c, `/ratings/${ratingId}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, ratingId, { typed, form: name, refused: { [error.field ?? 'form']: error } }, 422)
      }
    }

  /** Whose it is, and whoever decides. @throws NotFound for everybody else */
  async function visible(c: Ctx, id: RatingId): Promise<RatingRow> {
    const rating = await getRating(db, id, zone)
    const { staffId, capabilities } = c.var.me
    if (rating.handlers[0]?.staffId !== staffId && !capabilities.has('rating.decide')) throw new NotFound()
    return rating
  }

  async function show(c: Ctx, id: RatingId, values: object = {}, status: 200 | 422 = 200): Promise<Response> {
    const { staffId, capabilities } = c.var.me
    const rating = await visible(c, id)
    const [contests, exclusions, settings] = await Promise.all([
      contestsOf(db, id),
      exclusionsOf(db, id),
      currentSettings(db),
    ])
    const facts = { state: 'given' as const, excluded: rating.reason, contested: rating.contested }
    const endsAt = contestEndsAt(rating.givenAt, settings.ratingContestWorkdays, zone)
    const isMine = rating.handlers[0]?.staffId === staffId
    const before = contests.some((one) => one.staffId === staffId)
    const ownPart = whyNotJudge(
      staffId,
      rating.handlers.map((one) => one.staffId),
    )
    const judges = capabilities.has('rating.decide') && !ownPart
    const byHand = exclusions.some(({ liftedAt }) => liftedAt === null)
    const open = contests.find(({ state }) => state === 'open')
    const values_ = {
      rating: { ...seen(rating), state: stateOf(facts), month: monthOf(rating.givenAt, zone) },
      contests: contests.map((one) => ({ ...one, words: veil(rating, one.words), why: veil(rating, one.why) })),
      exclusions: exclusions.map((one) => ({
        ...one,
        why: veil(rating, one.why),
        liftedWhy: veil(rating, one.liftedWhy),
      })),
      endsAt: plus(endsAt, -1),
      grounds: CONTEST_GROUNDS,
      reasons: DECIDED_REASONS,
      ownPart: capabilities.has('rating.decide') ? ownPart : null,
      may: {
        contest: isMine && whyNotContest({ ...facts, mine: true, before, endsAt }, clock.now()) === null,
        withdraw: open?.staffId === staffId,
        decide: judges && open !== undefined,
        exclude: judges && whyNotExclude(facts) === null,
        include: judges && byHand && rating.reason !== 'abuse',
      },
      open,
      isMine,
    }
    return page(c, deps, 'ratings/show', { ...values_, ...values }, status)
  }

  return new Hono<Env>()
    .get('/', mine, async (c) => {
      const now = clock.now()
      const lastMonth = addDays(`${monthOf(now, zone)}-01`, -1).slice(0, 7)
      const span = { from: instantOf(`${lastMonth}-01`, '00:00', zone), to: plus(now, 1) }
      const { ratingContestWorkdays } = await currentSettings(db)
      const rows = await listMine(db, c.var.me.staffId, span, zone)
      const ratings = rows.map((one) => ({
        ...seen(one),
        state: stateOf({ state: 'given', excluded: one.reason, contested: one.contested }),
        endsAt: plus(contestEndsAt(one.givenAt, ratingContestWorkdays, zone), -1),
        month: monthOf(one.givenAt, zone),
      }))
      const months = [...new Set(ratings.map(({ month }) => month))].map((month) => {
        const of = ratings.filter((one) => one.month === month)
        return {
          month,
          ratings: of,
          endsAt: of[0]?.endsAt,
          counted: of.filter(({ state }) => state !== 'excluded').length,
        }
      })
      return page(c, deps, 'ratings/mine', { months, from: span.from })
    })
    .get('/contests', decides, async (c) => {
      const asked = query(c, { before: rowId.optional() })
      const before = (asked.before ?? null) as ContestId | null
      const [open, settled] = await Promise.all([
        before ? [] : listOpenContests(db),
        listSettledContests(db, { before, limit: AT_ONCE + 1 }),
      ])
      const { some, ...ways } = listPage(settled, AT_ONCE, {
        path: '/ratings/contests',
        asked,
        list: 'before',
        anchor: 'contests',
        placeOf: ({ id }) => id,
      })
      const contests = [...open, ...some].map((one) => ({
        ...one,
        words: shown('words', one.words, false, one.customerName),
        mine: one.staffId === c.var.me.staffId,
      }))
      const values = { contests, before, ways }
      return wantsPart(c)
        ? fragment(c, deps, 'ratings/contests', 'list', values)
        : page(c, deps, 'ratings/contests', values)
    })
    .get('/:id', mine, (c) => show(c, pathId<RatingId>(c)))
    .post(
      '/:id/contest',
      mine,
      act('contest', { ground: z.enum(CONTEST_GROUNDS), words }, (tx, id, typed) =>
        contestRating(tx, id as RatingId, typed, zone),
      ),
    )
    .post(
      '/contests/:id/withdrawal',
      mine,
      act('withdraw', {}, (tx, id) => withdrawContest(tx, id as ContestId, zone), ofContest),
    )
    .post(
      '/contests/:id/decision',
      decides,
      act(
        'decide',
        { outcome: z.enum(['counted', 'excluded']), reason: z.enum(EXCLUSION_REASONS), why: words },
        (tx, id, typed) => decideContest(tx, id as ContestId, typed, zone),
        ofContest,
      ),
    )
    .post(
      '/:id/exclusion',
      decides,
      act('exclude', { reason: z.enum(EXCLUSION_REASONS), why: words }, (tx, id, typed) =>
        excludeRating(tx, id as RatingId, typed, zone),
      ),
    )
    .post(
      '/:id/inclusion',
      decides,
      act('include', { why: words }, (tx, id, typed) => includeRating(tx, id as RatingId, typed, zone)),
    )

  async function ofContest(id: string): Promise<RatingId> {
    return ratingOfContest(db, id as ContestId)
  }
}

/** The customer's name is masked also for whom it is about. */
const veil = (rating: Pick<RatingRow, 'customerName'>, text: string): string =>
  shown('words', text, false, rating.customerName)
const seen = (rating: RatingRow) => ({
  ...rating,
  customerName: shown('name', rating.customerName, false),
  comment: rating.comment && veil(rating, rating.comment),
  excludedWhy: rating.excludedWhy && veil(rating, rating.excludedWhy),
})
