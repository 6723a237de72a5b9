import type { StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { funnel, type Interval, wilson, Z95, Z998 } from '../../kernel/statistics.ts'

/** How often each mark from 1 to 5 was given. */
export type Marks = readonly [number, number, number, number, number]
export type Group = {
  readonly by: 'all' | 'when' | 'channel' | 'category' | 'hour' | 'department'
  /** A date, a channel, an hour; an id where `name` says whose. */
  readonly key: string
  readonly name: Bilingual | null
  readonly asked: number
  readonly given: number
  readonly service: Marks
  readonly product: Marks
}

export type Rated = {
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly department: Bilingual
  readonly count: number
  /** The norm and what these ratings differ from what was to be expected of their channel, topic and hour. */
  readonly value: number
}
export type Norm = { readonly count: number; readonly mean: number; readonly spread: number }

/** REGULATION 3: below so many ratings no statement "worse than" in any list. */
export const FEWEST_TO_COMPARE = 20
/** A mark of 4 or 5 is one of somebody content. */
const CONTENT_FROM = 4

export type Figures = {
  readonly count: number
  readonly mean: number | null
  /** Share of marks of 4 and 5, with Wilson's 95 % interval. */
  readonly content: number | null
  readonly interval: Interval
}

export function figuresOf(marks: Marks): Figures {
  const count = marks.reduce((sum, one) => sum + one, 0)
  const content = marks.reduce((sum, one, at) => sum + (at + 1 >= CONTENT_FROM ? one : 0), 0)
  const total = marks.reduce((sum, one, at) => sum + one * (at + 1), 0)
  return {
    count,
    mean: count > 0 ? total / count : null,
    content: count > 0 ? content / count : null,
    interval: wilson(content, count, Z95),
  }
}

export type Row = Group & { readonly rate: number | null; readonly serviceOf: Figures; readonly productOf: Figures }
export const rowOf = (group: Group): Row => ({
  ...group,
  rate: group.asked > 0 ? group.given / group.asked : null,
  serviceOf: figuresOf(group.service),
  productOf: figuresOf(group.product),
})

export type Verdict = 'few' | 'chance' | 'above' | 'below'
export type Placed = Rated & { readonly verdict: Verdict; readonly limits: Interval }

/** Who really differs: beyond what chance does once in 500, and with enough ratings to say so at all. */
export function place(person: Rated, { mean, spread }: Norm): Placed {
  const limits = funnel(mean, spread, person.count, Z998)
  const verdict = (): Verdict => {
    if (person.count < FEWEST_TO_COMPARE) return 'few'
    if (person.value > limits.high) return 'above'
    return person.value < limits.low ? 'below' : 'chance'
  }
  return { ...person, limits, verdict: verdict() }
}

/** Points of the two limits, from one rating to the most that anybody has. */
export function limitsOf({ mean, spread }: Norm, most: number): { count: number; wide: Interval; narrow: Interval }[] {
  const last = Math.max(FEWEST_TO_COMPARE * 2, Math.ceil(most * 1.1))
  const steps = 48
  return Array.from({ length: steps }, (_, step) => {
    const count = Math.max(1, (last * step) / (steps - 1))
    return { count, wide: funnel(mean, spread, count, Z998), narrow: funnel(mean, spread, count, Z95) }
  })
}
