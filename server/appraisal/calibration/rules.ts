import { meanOf, sumOf, Z95 } from '../scoring/figures/rules.ts'

/** One score of one duty manager: by how much the whole was moved. */
export type Shifted = { readonly rater: string; readonly by: number }
export type RaterView = {
  readonly rater: string
  readonly scores: number
  readonly mean: number
  readonly half: number | null
  /** Moves everybody up or down by more than chance and three points explain. */
  readonly flagged: boolean
}

/** REGULATION 3, calibration: a mean change of more than 3 at eight scores or more is looked at. */
export const FLAG_POINTS = 3
export const FLAG_SCORES = 8

export const ratersOver = (all: readonly Shifted[]): RaterView[] =>
  [...Map.groupBy(all, ({ rater }) => rater)]
    .map(([rater, theirs]) => {
      const { mean, half } = meanOf(theirs.map(({ by }) => by))
      const flagged = theirs.length >= FLAG_SCORES && Math.abs(mean) > FLAG_POINTS
      return { rater, scores: theirs.length, mean, half, flagged }
    })
    .toSorted((a, b) => Number(b.flagged) - Number(a.flagged) || Math.abs(b.mean) - Math.abs(a.mean))

export type Grouped = { readonly group: string; readonly score: number }
export type GroupView = {
  readonly group: string
  readonly people: number
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly outside: boolean
}
/** Fewer people than this are nobody's group: a mean of three is three people. */
export const FEWEST_IN_GROUP = 5

/** Ages as they follow each other; all others as they come. */
const AGES = ['under30', 'under40', 'under50', 'from50']
const order = (group: string): number => AGES.indexOf(group)

/** Means of groups against the limits within which chance alone keeps them; small groups are not shown. */
export function impactOf(all: readonly Grouped[]): GroupView[] {
  if (all.length < 2) return []
  const mean = sumOf(all.map(({ score }) => score)) / all.length
  const spread = Math.sqrt(sumOf(all.map(({ score }) => (score - mean) ** 2)) / (all.length - 1))
  const groups = [...Map.groupBy(all, ({ group }) => group)].toSorted(([a], [b]) => order(a) - order(b))
  return groups.flatMap(([group, some]) => {
    if (some.length < FEWEST_IN_GROUP) return []
    const own = sumOf(some.map(({ score }) => score)) / some.length
    const half = (Z95 * spread) / Math.sqrt(some.length)
    const outside = own < mean - half || own > mean + half
    return [{ group, people: some.length, mean: own, low: mean - half, high: mean + half, outside }]
  })
}
