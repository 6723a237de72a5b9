import type { Post } from '../../kernel/capabilities.ts'
import type { Finding } from '../scoring/rules.ts'
import type { Rated } from '../scoring/satisfaction/rules.ts'

/** What a person's month is counted from, item by item. */
export type Item = 'attendance' | 'notes' | 'satisfaction' | 'incidents' | `findings.${string}` | `quality.${string}`
export type Subject = 'shift' | 'note' | 'rating' | 'incident' | 'obligation' | 'finding' | 'commendation' | 'case'

/** One fact, as it was when it was frozen; ids, numbers, states and instants alone, so that an erased customer costs nothing. */
export type Fact = {
  /** The row that shows it. */
  readonly ref: string
  /** What it is worth; null: left out, and `why` says so. */
  readonly value: number | null
  readonly why?: string
  readonly at?: string
  readonly post?: Post
  /** How it ended: an arrival, a state, the weight of a finding. */
  readonly code?: string
  readonly minutes?: number
  /** What was to be expected of it. */
  readonly expected?: number
  /** Whose word it is. */
  readonly by?: string
  /** What a finding is about, `obligation:12`. */
  readonly about?: string
}

export const counted = (facts: readonly Fact[]): Fact[] => facts.filter(({ value }) => value !== null)
export const valuesOf = (facts: readonly Fact[]): number[] =>
  facts.flatMap(({ value }) => (value === null ? [] : [value]))

export const ratedOf = (facts: readonly Fact[]): Rated[] =>
  facts.flatMap(({ value, expected }) => (value === null ? [] : [{ value, expected: expected ?? value }]))

export const findingsOf = (facts: readonly Fact[]): Finding[] =>
  counted(facts).map(({ code, why }) => ({
    weight: (code ?? 'minor') as Finding['weight'],
    rectified: why === 'rectified',
  }))

/** One event costs points once: a finding about what was missed already is shown, and weighs nothing. */
export const onceOnly = (findings: readonly Fact[], missed: ReadonlySet<string>): Fact[] =>
  findings.map((one) => (one.about && missed.has(one.about) ? { ...one, value: null, why: 'counted_once' } : one))
