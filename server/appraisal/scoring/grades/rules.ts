import { type Interval, wilson, Z90 } from '../figures/rules.ts'
import { WORSE_FROM_RATINGS } from '../satisfaction/rules.ts'
import type { Indicator } from '../weights/rules.ts'

export const GRADES = ['excellent', 'competent', 'basic', 'poor', 'none'] as const
export type Grade = (typeof GRADES)[number]

/** REGULATION 3: absolute, never a forced curve. */
export const BORDERS = { excellent: 90, competent: 75, basic: 60 } as const
const NEAR = 1
/** Demonstrably good: the lower end of the share of ratings of 4 and 5. */
export const AWARD_SHARE = 0.75

/** Why the grade is not what the figure alone would give, or what its reader should know. */
export type GradeNote =
  | 'few_shifts'
  | 'nothing_known'
  | 'trial'
  | 'serious_finding'
  | 'small_sample'
  | 'not_proven_good'
  | 'one_low'
  | 'not_proven_low'
  | 'only_satisfaction'
  | 'near_border'

export type Grading = {
  /** To one tenth, as people read it; null where nothing could be counted. */
  readonly score: number | null
  readonly band: Interval
  /** The same without satisfaction. */
  readonly withoutSatisfaction: number | null
  readonly shifts: number
  readonly shiftsLeast: number
  /** The first month in the house's nights. */
  readonly trial: boolean
  /** Each as it counts, after the duty manager; satisfaction with its upper end and how many rated. */
  readonly indicators: Readonly<Partial<Record<Indicator, number>>>
  readonly satisfaction: { readonly upper: number; readonly ratings: number; readonly good: number } | null
  /** Indicators that carry weight and were left out because too little was known; no incident at all is none. */
  readonly tooSmall: readonly Indicator[]
  readonly seriousFinding: boolean
  readonly seriousCase: boolean
}

export type Graded = { readonly grade: Grade; readonly notes: readonly GradeNote[] }

/** The grade by the figure, held back by every guard of REGULATION 3. */
export function gradeOf(facts: Grading): Graded {
  const { score, shifts, shiftsLeast } = facts
  if (score === null) return { grade: 'none', notes: ['nothing_known'] }
  if (shifts < shiftsLeast) return { grade: 'none', notes: ['few_shifts'] }
  const { grade, notes } = guarded(facts, score)
  return { grade, notes: [...(facts.trial ? (['trial'] as const) : []), ...notes, ...near(score)] }
}

function guarded(facts: Grading, score: number): Graded {
  if (score >= BORDERS.excellent) {
    const notes = whyNotExcellent(facts)
    return { grade: notes.length > 0 ? 'competent' : 'excellent', notes }
  }
  if (score >= BORDERS.competent) return { grade: 'competent', notes: [] }
  if (score >= BORDERS.basic) return { grade: 'basic', notes: [] }
  const notes = whyNotPoor(facts)
  return { grade: notes.length > 0 ? 'basic' : 'poor', notes }
}

function whyNotExcellent({ seriousFinding, tooSmall, satisfaction }: Grading): GradeNote[] {
  const notes: GradeNote[] = []
  if (seriousFinding) notes.push('serious_finding')
  if (tooSmall.length > 0) notes.push('small_sample')
  if (satisfaction && !isProvenGood(satisfaction.good, satisfaction.ratings)) notes.push('not_proven_good')
  return notes
}

function whyNotPoor(facts: Grading): GradeNote[] {
  const notes: GradeNote[] = []
  if (lowOf(facts).length < 2 && !facts.seriousCase) notes.push('one_low')
  if (facts.band.to >= BORDERS.basic) notes.push('not_proven_low')
  if (facts.withoutSatisfaction === null || facts.withoutSatisfaction >= BORDERS.basic) notes.push('only_satisfaction')
  return notes
}

/** Satisfaction is low only where that is demonstrated. */
const lowOf = ({ indicators, satisfaction }: Grading): Indicator[] =>
  (Object.keys(indicators) as Indicator[]).filter((one) =>
    one === 'satisfaction'
      ? satisfaction !== null && satisfaction.ratings >= WORSE_FROM_RATINGS && satisfaction.upper < BORDERS.basic
      : (indicators[one] ?? 100) < BORDERS.basic,
  )

/** One must be demonstrably good to win. */
export const isProvenGood = (good: number, ratings: number): boolean => wilson(good, ratings, Z90).from >= AWARD_SHARE

const near = (score: number): GradeNote[] =>
  Object.values(BORDERS).some((border) => Math.abs(score - border) <= NEAR) ? ['near_border'] : []

/** What the group signs (REGULATION 2, APPRAISAL). */
export const isExtreme = (grade: Grade): boolean => grade === 'excellent' || grade === 'poor'
