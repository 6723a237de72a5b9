import { clamp, sumOf, Z90 } from '../figures/rules.ts'

/** Observations that the rate of the post is worth. */
export type ItemPrior = { readonly weight: number; readonly least: number }

/** One kind of thing that was due: how often it was done, of how many that nobody excused; `rate` is that of the post. */
export type Counted = { readonly name: string; readonly done: number; readonly of: number; readonly rate: number }
export type Item = Counted & {
  /** Pulled to the rate of the post, 0..1. */
  readonly estimate: number
  /** Enough to count; the others are shown and weigh nothing. */
  readonly enough: boolean
  /** Its share of the facts, 0..1. */
  readonly weight: number
}

/** A duty manager's note about one shift: the mean of four behaviours, 0..1 (REGULATION row 68). */
export type Note = { readonly rater: string; readonly value: number }
/** How a rater notes on the whole. */
export type Leniency = { readonly mean: number; readonly notes: number }
export type Raters = { readonly all: number; readonly of: Readonly<Record<string, Leniency>> }

/** Facts and notes: 3 to 1. */
const FACTS = 0.75
/** A rater's habit is believed by so many notes. */
const HABIT_NOTES = 8

export type Quality = {
  readonly score: number | null
  /** Half of the 90 % band, by the facts alone. */
  readonly half: number
  readonly items: readonly Item[]
  /** Corrected for the habits of whoever noted, 0..1; null where nobody has. */
  readonly noted: number | null
  readonly notes: number
  readonly rests: 'both' | 'facts' | 'notes' | 'nothing'
}

/** REGULATION 3, Q. */
export function qualityOf(
  counted: readonly Counted[],
  notes: readonly Note[],
  raters: Raters,
  prior: ItemPrior,
): Quality {
  const enough = (item: Counted): boolean => item.of >= prior.least
  const weight = 1 / (counted.filter(enough).length || 1)
  const items = counted.map((item) => ({
    ...item,
    estimate: (item.done + prior.weight * item.rate) / (item.of + prior.weight),
    enough: enough(item),
    weight: enough(item) ? weight : 0,
  }))
  const noted = notedOf(notes, raters)
  const counts = items.some((item) => item.enough)
  const rests = counts ? (noted === null ? 'facts' : 'both') : noted === null ? 'nothing' : 'notes'
  const facts = rests === 'both' ? FACTS : rests === 'facts' ? 1 : 0
  const done = sumOf(items.map((item) => item.weight * item.estimate))
  const score = rests === 'nothing' ? null : 100 * (facts * done + (1 - facts) * (noted ?? 0))
  const variance = sumOf(
    items.map((item) => (item.weight ** 2 * item.estimate * (1 - item.estimate)) / (item.of + prior.weight)),
  )
  return { score, half: 100 * Z90 * facts * Math.sqrt(variance), items, noted, notes: notes.length, rests }
}

/** Whoever notes everybody high or low is pulled to the house, by as much as their habit is proven. */
export const corrected = ({ rater, value }: Note, { all, of }: Raters): number => {
  const habit = of[rater]
  return habit ? value - ((habit.mean - all) * habit.notes) / (habit.notes + HABIT_NOTES) : value
}

const notedOf = (notes: readonly Note[], raters: Raters): number | null =>
  notes.length === 0 ? null : clamp(sumOf(notes.map((note) => corrected(note, raters))) / notes.length, 0, 1)

/** The habits of all raters of a month. */
export function ratersOf(notes: readonly Note[]): Raters {
  const of: Record<string, Leniency> = {}
  for (const [rater, theirs] of Map.groupBy(notes, (note) => note.rater))
    of[rater] = { mean: sumOf(theirs.map(({ value }) => value)) / theirs.length, notes: theirs.length }
  return { all: notes.length === 0 ? 0 : sumOf(notes.map(({ value }) => value)) / notes.length, of }
}

/** Four anchored behaviours of a shift, each from not at all to fully. */
export const BEHAVIOURS = ['reachable', 'records', 'courteous', 'helpful'] as const
export type Behaviour = (typeof BEHAVIOURS)[number]
/** 0, a third, two thirds, 1. */
export const ANCHORS = [0, 1, 2, 3] as const

export const noteValue = (marks: Readonly<Record<Behaviour, number>>): number =>
  BEHAVIOURS.reduce((sum, one) => sum + marks[one] / 3, 0) / BEHAVIOURS.length
