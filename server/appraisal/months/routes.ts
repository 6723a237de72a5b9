import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { POSTS, type Post } from '../../kernel/capabilities.ts'
import type { AppraisalId, StaffId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, query, rowId, text } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, partOrPage, seeOther } from '../../web/page.ts'
import { listPage } from '../../web/paging.ts'
import { showCalibration } from '../calibration/page.ts'
import { one as oneDecimal } from '../cards/rules.ts'
import { reviewAppraisal } from '../deciding/actions.ts'
import { type Hands, maySignIn, WORDS_LETTERS, whyNotReviewer, whyNotSigner } from '../deciding/rules.ts'
import { listUnsignable, standingsIn } from '../hands/queries.ts'
import { type AppraisalRow, listOfMonth } from '../queries.ts'
import { refusedBy } from '../routes.ts'
import { INDICATORS, type Indicator, type WeightsByPost } from '../scoring/weights/rules.ts'
import { tabsOf } from '../tabs.ts'
import { changeWeights } from '../weights/actions.ts'
import { listWeights } from '../weights/queries.ts'
import { firstDay, monthIn, monthKey, needReader } from './asked.ts'
import { listMonths, type MonthRow, progressOf } from './queries.ts'
import { STAGES } from './rules.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

/** Months a page of their list. */
const MONTHS = 24

const PERCENT = z
  .string()
  .trim()
  .refine((typed) => /^\d{1,3}(\.\d)?$/.test(typed), 'percent')
  .transform(Number)
const WEIGHTS = Object.fromEntries(
  POSTS.flatMap((post) => INDICATORS.map((one) => [`${post}_${one}`, PERCENT] as const)),
) as Record<`${Post}_${Indicator}`, typeof PERCENT>

/** /appraisal/months: HR's and the group's pages of whole months, calibration, and the weights. */
export function appraisalMonthRoutes(deps: Deps) {
  const own = staffOnly(deps, 'appraisal.own')
  const reviews = staffOnly(deps, 'appraisal.review')
  return new Hono<Env>()
    .get('/months', own, async (c) => {
      needReader(c)
      const [latest] = await listMonths(deps.db, { before: null, limit: 1 })
      if (latest) return seeOther(c, `/appraisal/months/${latest.month.slice(0, 7)}`)
      return page(c, deps, 'appraisal/month', { ...(await tabsOf(c, deps)), month: null })
    })
    .get('/months/:month', own, (c) => showMonth(c, deps))
    .post('/months/:month/reviews', own, async (c) => {
      // Whoever the facts speak for alone, ticked by name: passed as they stand.
      const { people } = await form(c, { people: z.array(rowId).max(500).default([]) })
      const month = await monthIn(c, deps)
      try {
        for (const id of people)
          await deps.transact(c.var.me.actor, (tx) => reviewAppraisal(tx, id as AppraisalId, { points: 0, why: '' }))
        return seeOther(c, `/appraisal/months/${month.month.slice(0, 7)}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showMonth(c, deps, { refused: error }, 422)
      }
    })
    .get('/months/:month/calibration', reviews, (c) => showCalibration(c, deps))
    .get('/weights', reviews, (c) => showWeights(c, deps))
    .post('/weights', reviews, async (c) => {
      const { why, seen, ...typed } = await form(c, {
        ...WEIGHTS,
        why: z.union([text(WORDS_LETTERS), z.literal('')]),
        seen: z.coerce.number().int().min(1).max(1_000_000),
      })
      try {
        await deps.transact(c.var.me.actor, (tx) => changeWeights(tx, { weights: weightsIn(typed), why, seen }))
        return seeOther(c, '/appraisal/weights')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showWeights(c, deps, { typed: { ...typed, why }, refused: refusedBy(error) }, 422)
      }
    })
}

const weightsIn = (typed: Record<string, unknown>): WeightsByPost =>
  Object.fromEntries(
    POSTS.map((post) => [post, Object.fromEntries(INDICATORS.map((one) => [one, Number(typed[`${post}_${one}`])]))]),
  ) as WeightsByPost

async function showMonth(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const { me } = c.var
  const month = await monthIn(c, deps)
  const asked =
    c.req.method === 'GET'
      ? query(c, { show: z.enum(['all', 'mine', 'late', 'extremes']).optional(), months: monthKey.optional() })
      : {}
  const show = asked.show ?? 'all'
  const [months, people, progress, standings, unsignable] = await Promise.all([
    listMonths(deps.db, { before: firstDay(asked.months), limit: MONTHS + 1 }),
    listOfMonth(deps.db, month.id),
    progressOf(deps.db, month.id, month.pass),
    standingsIn(deps.db, { monthId: month.id }, me.staffId),
    maySignIn(month.state) ? listUnsignable(deps.db, month.id, deps.clock.now()) : [],
  ])
  const signs = me.capabilities.has('appraisal.sign')
  const path = `/appraisal/months/${month.month.slice(0, 7)}`
  const reviews = me.capabilities.has('appraisal.review')
  const handsOn = ({ id, staffId }: AppraisalRow): Hand => {
    const standing = standings.get(id) ?? { scored: false, orphaned: false }
    return { id: me.staffId, owner: staffId === me.staffId, led: standing.scored, reviews, signs, ...standing }
  }
  const now = deps.clock.now()
  const mine = (row: AppraisalRow): boolean => needsMe(row, handsOn(row), now)
  const ticks = (row: AppraisalRow): boolean =>
    row.state === 'manager_scored' && whyNotReviewer(row, handsOn(row), now) === null
  const wanted = people.filter((row) => (show === 'mine' ? mine(row) : show === 'extremes' ? isExtremeRow(row) : true))
  const shown = {
    ...(await tabsOf(c, deps)),
    month,
    monthKey: month.month.slice(0, 7),
    months: listPage(
      months.map((one) => ({ ...one, key: one.month.slice(0, 7) })),
      MONTHS,
      { path, asked, list: 'months', anchor: 'appraisal-months', placeOf: ({ key }) => key },
    ),
    progress,
    unsignable,
    stages: STAGES.map((stage) => ({
      stage,
      end: stage === 'published' ? null : new Date(month.plan[stage]),
      at: stageAt(month, stage),
    })),
    people: wanted.map((row) => ({
      ...row,
      mine: mine(row),
      figures: INDICATORS.map((indicator) => {
        const addend = row.result?.addends.find((one) => one.indicator === indicator)
        return { indicator, score: oneDecimal(addend?.counts ?? addend?.score), counts: (addend?.weight ?? 0) > 0 }
      }),
      shown: oneDecimal(row.score),
      notes: row.result?.notes ?? [],
      tick: ticks(row),
    })),
    counts: { mine: people.filter(mine).length, extremes: people.filter(isExtremeRow).length, all: people.length },
    show,
    ...(c.req.method === 'GET' ? {} : { here: path }),
    signs,
    reviews,
    reviewing: wanted.some(ticks),
    basis: {
      mean: oneDecimal(month.norm.mean * 100),
      weight: oneDecimal(month.norm.weight),
      sigma: month.norm.sigma?.toFixed(2),
    },
  }
  return partOrPage(c, deps, 'appraisal/month', 'month', { ...shown, ...values }, status)
}

const isExtremeRow = ({ grade }: AppraisalRow): boolean => grade === 'excellent' || grade === 'poor'

type Hand = Hands & { readonly id: StaffId; readonly led: boolean }
function needsMe(row: AppraisalRow, hand: Hand, now: Date): boolean {
  if (hand.owner) return false
  if (row.state === 'manager_scored') return whyNotReviewer(row, hand, now) === null
  if (row.state === 'hr_reviewed')
    return isExtremeRow(row) && maySignIn(row.monthState) && whyNotSigner(row, hand) === null
  return row.state === 'appealed'
}

function stageAt({ state }: MonthRow, stage: (typeof STAGES)[number]): 'past' | 'now' | 'ahead' {
  const order: readonly string[] = [
    'opening',
    'contests',
    'refreezing',
    'comments',
    'managers',
    'review',
    'signing',
    'published',
    'closed',
  ]
  const is = order.indexOf(state)
  const of = order.indexOf(stage)
  return is === of ? 'now' : is > of ? 'past' : 'ahead'
}

async function showWeights(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const versions = await listWeights(deps.db)
  const [inForce] = versions
  const typed = values.typed as Record<string, unknown> | undefined
  const rows = POSTS.map((post) => {
    const cells = INDICATORS.map((one) => ({
      name: `${post}_${one}`,
      indicator: one,
      value: typed ? typed[`${post}_${one}`] : inForce.weights[post][one],
    }))
    return { post, cells, sum: Math.round(cells.reduce((sum, { value }) => sum + Number(value), 0) * 10) / 10 }
  })
  const shown = {
    rows,
    versions: versions.map((one) => ({
      ...one,
      posts: POSTS.map((post) => ({ post, weights: INDICATORS.map((i) => one.weights[post][i]) })),
    })),
    inForce,
    indicators: INDICATORS,
  }
  return page(c, deps, 'appraisal/weights', { ...(await tabsOf(c, deps)), ...shown, ...values }, status)
}
