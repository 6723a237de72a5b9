import { clamp, sumOf, Z90 } from '../figures/rules.ts'

/** What a month is measured by; frozen with the month. */
export type Norm = {
  /** Mean of all that counts, 0..1. */
  readonly mean: number
  /** So many ratings at the norm stand behind everybody's own. */
  readonly weight: number
  /** Spread of one rating around its expectation. */
  readonly sigma: number
}
export const FIRST_NORM: Norm = { mean: 0.85, weight: 10, sigma: 0.28 }
const WEIGHT_BOUNDS = [5, 30] as const
/** A stratum of which little is known is the norm. */
const STRATUM_PRIOR = 20

/** 1..5 as 0..1. */
export const asShare = (rating: number): number => (rating - 1) / 4

export type Stratum = { readonly sum: number; readonly count: number }

/** What was to be expected of such a request at such an hour, from the others' ratings of it. */
export const expectedOf = (others: Stratum, mean: number): number =>
  (others.sum + STRATUM_PRIOR * mean) / (others.count + STRATUM_PRIOR)

/** One rating that counts. */
export type Rated = { readonly value: number; readonly expected: number }

export type Satisfaction = {
  readonly score: number
  readonly half: number
  /** The estimated difference from the norm, 0..1. */
  readonly difference: number
  readonly count: number
  readonly enough: boolean
}

/** REGULATION 3, S: the norm, moved by what is known to differ. Null where nobody has rated. */
export function satisfactionOf(
  rated: readonly Rated[],
  { mean, weight, sigma }: Norm,
  least: number,
): Satisfaction | null {
  const count = rated.length
  if (count === 0) return null
  const difference = sumOf(rated.map(({ value, expected }) => value - expected)) / (count + weight)
  return {
    score: 100 * clamp(mean + difference, 0, 1),
    half: (100 * Z90 * sigma) / Math.sqrt(count + weight),
    difference,
    count,
    enough: count >= least,
  }
}

/** Below 20 ratings nobody is said to be worse than anything (REGULATION 3, minimum samples). */
export const WORSE_FROM_RATINGS = 20
export const isWorseThan = (line: number, { score, half, count }: Pick<Satisfaction, 'score' | 'half' | 'count'>) =>
  count >= WORSE_FROM_RATINGS && score + half < line

export type Group = { readonly count: number; readonly sum: number; readonly squares: number }
const FEWEST_GROUPS = 5
const FEWEST_IN_GROUP = 5

/** Method of moments: how much people really differ, against the spread of single ratings. Null where too little is known. */
export function normFrom(groups: readonly Group[]): Pick<Norm, 'weight' | 'sigma'> | null {
  const known = groups.filter(({ count }) => count >= FEWEST_IN_GROUP)
  if (known.length < FEWEST_GROUPS) return null
  const all = sumOf(known.map(({ count }) => count))
  const mean = sumOf(known.map(({ sum }) => sum)) / all
  const within = sumOf(known.map(({ count, sum, squares }) => squares - (sum * sum) / count)) / (all - known.length)
  const between = sumOf(known.map(({ count, sum }) => count * (sum / count - mean) ** 2))
  const effective = all - sumOf(known.map(({ count }) => count * count)) / all
  const tau = (between - (known.length - 1) * within) / effective
  if (within <= 0) return null
  const [least, most] = WEIGHT_BOUNDS
  return { weight: tau <= 0 ? most : clamp(within / tau, least, most), sigma: Math.sqrt(within) }
}
