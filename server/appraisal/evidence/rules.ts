import { POSTS, type Post } from '../../kernel/capabilities.ts'
import type { Handled } from '../scoring/incidents/rules.ts'
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
  /** Of an incident: what each part of it was worth, 0..1. */
  readonly parts?: Handled
  /** What a finding is about, `obligation:12`. */
  readonly about?: string
}

/** The same fact about several rows: as it is frozen, so that a month of half a million rows is written in seconds. */
export type Packed = Omit<Fact, 'ref'> & { readonly refs: readonly (string | number)[] }
export type Kept = Fact | Packed

/** One by one again, as they come: the count does not ask for an order. */
export const singly = (kept: readonly Kept[]): Fact[] =>
  kept.flatMap((one) => {
    if (!('refs' in one)) return [one]
    const { refs, ...fact } = one
    return refs.map((ref) => ({ ...fact, ref: String(ref) }))
  })

/** One by one again, in the order of the rows, as people read them. */
export const unpacked = (kept: readonly Kept[]): Fact[] =>
  kept.some((one) => 'refs' in one) ? singly(kept).toSorted((a, b) => Number(a.ref) - Number(b.ref)) : (kept as Fact[])

/** Those that differ in nothing but their row are one. */
export function packed(facts: readonly Fact[]): Packed[] {
  const groups = new Map<string, { refs: string[]; fact: Omit<Fact, 'ref'> }>()
  for (const { ref, ...fact } of facts) {
    const key = JSON.stringify(fact)
    const group = groups.get(key)
    if (group) group.refs.push(ref)
    else groups.set(key, { refs: [ref], fact })
  }
  return [...groups.values()].map(({ refs, fact }) => ({ refs, ...fact }))
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

/** What section 3 counts a month from, and on which posts, as far as some of it is not recorded from the first day on. */
const EXPECTED: Readonly<Record<string, readonly Post[]>> = {
  'quality.rounds': ['technician', 'guard'],
  'quality.handovers': POSTS,
  'quality.records': POSTS,
  'incidents.updated': POSTS,
  'incidents.judged': POSTS,
  'findings.checks': POSTS,
  'findings.training': POSTS,
}

/** Of that, what nobody recorded when a month was counted: it weighs nothing, and what it would weigh is with the others. */
export const unrecordedOn = (recorded: Readonly<Record<string, unknown>>, posts: readonly string[]): string[] =>
  Object.entries(EXPECTED).flatMap(([item, on]) =>
    item in recorded || !on.some((post) => posts.includes(post)) ? [] : [item],
  )
