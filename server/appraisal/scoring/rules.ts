import { type Attendance, attendanceOf } from './attendance/rules.ts'
import { clamp, type Interval, sumOf, toTenth } from './figures/rules.ts'
import { type Graded, gradeOf } from './grades/rules.ts'
import { type Incidents, incidentsOf } from './incidents/rules.ts'
import { type Counted, type ItemPrior, type Note, type Quality, qualityOf, type Raters } from './quality/rules.ts'
import { type Norm, type Rated, type Satisfaction, satisfactionOf } from './satisfaction/rules.ts'
import { INDICATORS, type Indicator, spread, type Weights } from './weights/rules.ts'

/** Everything that one person's month is counted from; frozen, so that the same comes out of it for ever. */
export type Frozen = {
  readonly weights: Weights
  /** What each due shift was worth. */
  readonly shifts: readonly number[]
  readonly items: readonly Counted[]
  readonly notes: readonly Note[]
  readonly raters: Raters
  readonly rated: readonly Rated[]
  readonly norm: Norm
  /** 0..100 each. */
  readonly handled: readonly number[]
  readonly incidentRate: number
  readonly trial: boolean
  readonly limits: Limits
}

/** Minimum samples and priors; every one a setting, kept with the month. */
export type Limits = {
  readonly shiftsLeast: number
  readonly ratingsLeast: number
  readonly item: ItemPrior
  readonly incidentPrior: number
  readonly managerPoints: number
  readonly reviewPoints: number
}
export const FIRST_LIMITS: Limits = {
  shiftsLeast: 3,
  ratingsLeast: 5,
  item: { weight: 5, least: 8 },
  incidentPrior: 3,
  managerPoints: 10,
  reviewPoints: 5,
}

/** One duty manager's part: how many shifts of this person they led, and what they moved. */
export type Scored = { readonly shifts: number; readonly moved: Readonly<Partial<Record<Indicator, number>>> }
/** A finding of a spot check or of supervision. */
export type Finding = { readonly weight: 'minor' | 'general' | 'serious' | 'good'; readonly rectified: boolean }
/** What people added to the facts. */
export type Judged = {
  readonly managers: readonly Scored[]
  readonly findings: readonly Finding[]
  /** Personnel's own part. */
  readonly review: number
  /** What an independent decision gave back or took. */
  readonly amendment: number
  /** A false record or another serious case that was proven. */
  readonly seriousCase: boolean
}
export const NOTHING_ADDED: Judged = { managers: [], findings: [], review: 0, amendment: 0, seriousCase: false }

export type Addend = {
  readonly indicator: Indicator
  /** By the facts alone; null where too little is known. */
  readonly score: number | null
  readonly half: number | null
  /** As it counts, after the duty managers. */
  readonly counts: number | null
  /** In per cent: as the post has it, and as it is after what is missing was spread. */
  readonly nominal: number
  readonly weight: number
  readonly points: number
}

export type Result = {
  readonly addends: readonly Addend[]
  readonly attendance: Attendance
  readonly quality: Quality
  readonly satisfaction: Satisfaction | null
  readonly incidents: Incidents
  /** Sum of the addends; null where nothing could be counted. */
  readonly managed: number | null
  readonly points: number
  readonly review: number
  readonly amendment: number
  /** F, to one tenth. */
  readonly score: number | null
  readonly band: Interval
  readonly withoutSatisfaction: number | null
} & Graded

const POINTS = { minor: -1, general: -3, serious: -6, good: 1 } as const
const POINTS_BOUNDS = [-10, 5] as const
const AMENDMENT = 15

/** REGULATION 3, from the facts to the grade. */
export function resultOf(frozen: Frozen, judged: Judged): Result {
  const { limits } = frozen
  const attendance = attendanceOf(frozen.shifts)
  const quality = qualityOf(frozen.items, frozen.notes, frozen.raters, limits.item)
  const satisfaction = satisfactionOf(frozen.rated, frozen.norm, limits.ratingsLeast)
  const incidents = incidentsOf(frozen.handled, frozen.incidentRate, limits.incidentPrior)
  const scores: Record<Indicator, number | null> = {
    attendance: attendance.score,
    quality: quality.score,
    satisfaction: satisfaction?.enough ? satisfaction.score : null,
    incidents: incidents.score,
  }
  const counts = (one: Indicator): number | null => moved(scores[one], one, judged.managers, limits.managerPoints)
  const weights = spread(frozen.weights, (one) => scores[one] !== null)
  const addends = INDICATORS.map((indicator) => ({
    indicator,
    score: scores[indicator] ?? (indicator === 'satisfaction' ? (satisfaction?.score ?? null) : null),
    half: halfOf(indicator, quality, satisfaction),
    counts: counts(indicator),
    nominal: frozen.weights[indicator],
    weight: weights[indicator],
    points: ((counts(indicator) ?? 0) * weights[indicator]) / 100,
  }))
  const known = addends.some(({ weight }) => weight > 0)
  const managed = known ? sumOf(addends.map(({ points }) => points)) : null
  const points = pointsOf(judged.findings)
  const review = clamp(judged.review, -limits.reviewPoints, limits.reviewPoints)
  const amendment = clamp(judged.amendment, -AMENDMENT, AMENDMENT)
  const added = points + review + amendment
  const finalOf = (sum: number | null): number | null => (sum === null ? null : clamp(sum + added))
  const exact = finalOf(managed)
  const band = bandOf(exact, addends)
  const withoutSatisfaction = finalOf(without('satisfaction', frozen.weights, counts))
  const score = exact === null ? null : toTenth(exact)
  const graded = gradeOf({
    score,
    band,
    withoutSatisfaction: withoutSatisfaction === null ? null : toTenth(withoutSatisfaction),
    shifts: attendance.shifts,
    shiftsLeast: limits.shiftsLeast,
    trial: frozen.trial,
    indicators: countedOf(addends),
    satisfaction: satisfaction?.enough
      ? {
          upper: satisfaction.score + satisfaction.half,
          ratings: satisfaction.count,
          good: frozen.rated.filter(({ value }) => value >= GOOD).length,
        }
      : null,
    tooSmall: tooSmall(frozen.weights, quality, satisfaction),
    seriousFinding: judged.findings.some(({ weight }) => weight === 'serious'),
    seriousCase: judged.seriousCase,
  })
  return {
    addends,
    attendance,
    quality,
    satisfaction,
    incidents,
    managed,
    points,
    review,
    amendment,
    score,
    band,
    withoutSatisfaction,
    ...graded,
  }
}

/** Ratings of 4 and 5. */
const GOOD = 0.75

/** Shift-weighted over the duty managers; where nobody moved it the evidence stands. */
function moved(score: number | null, one: Indicator, managers: readonly Scored[], most: number): number | null {
  if (score === null) return null
  const shifts = sumOf(managers.map((manager) => manager.shifts))
  if (shifts === 0) return score
  const by = (manager: Scored): number => clamp(score + clamp(manager.moved[one] ?? 0, -most, most))
  return sumOf(managers.map((manager) => by(manager) * manager.shifts)) / shifts
}

/** Spot checks and supervision; what was verified as put right costs half. */
export function pointsOf(findings: readonly Finding[]): number {
  const sum = sumOf(
    findings.map(({ weight, rectified }) => POINTS[weight] * (rectified && weight !== 'good' ? 0.5 : 1)),
  )
  return clamp(sum, ...POINTS_BOUNDS)
}

function halfOf(indicator: Indicator, quality: Quality, satisfaction: Satisfaction | null): number | null {
  if (indicator === 'quality') return quality.score === null ? null : quality.half
  return indicator === 'satisfaction' ? (satisfaction?.half ?? null) : null
}

/** Satisfaction's band and quality's, each by its weight, in quadrature; attendance and incidents are what they are. */
function bandOf(score: number | null, addends: readonly Addend[]): Interval {
  if (score === null) return { from: 0, to: 100 }
  const half = Math.sqrt(sumOf(addends.map(({ half: own, weight }) => (((own ?? 0) * weight) / 100) ** 2)))
  return { from: clamp(score - half), to: clamp(score + half) }
}

function without(left: Indicator, nominal: Weights, counts: (one: Indicator) => number | null): number | null {
  const weights = spread(nominal, (one) => one !== left && counts(one) !== null)
  const there = INDICATORS.filter((one) => weights[one] > 0)
  return there.length === 0 ? null : sumOf(there.map((one) => ((counts(one) ?? 0) * weights[one]) / 100))
}

const countedOf = (addends: readonly Addend[]): Partial<Record<Indicator, number>> =>
  Object.fromEntries(
    addends.flatMap(({ indicator, counts, weight }) => (counts !== null && weight > 0 ? [[indicator, counts]] : [])),
  )

function tooSmall(weights: Weights, quality: Quality, satisfaction: Satisfaction | null): Indicator[] {
  const small: Indicator[] = []
  if (weights.quality > 0 && (quality.rests === 'notes' || quality.rests === 'nothing')) small.push('quality')
  if (weights.satisfaction > 0 && !satisfaction?.enough) small.push('satisfaction')
  return small
}
