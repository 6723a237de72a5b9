import { addDays, DAY, instantOf, type Window, weekdayOf } from '../../kernel/time.ts'

/** How a report may be narrowed: to one channel, one topic, one department. */
export const CUTS = ['all', 'channel', 'category', 'department'] as const
export type Cut = (typeof CUTS)[number]
export type Slice = { readonly cut: Cut; readonly key: string }
export const WHOLE: Slice = { cut: 'all', key: '' }

/**
 * What is counted. Each belongs to the night in which it happened: a solution to when it was solved, a promise to when
 * it was due. Those with a duration are counted by the step of `STEPS` that it falls into, `asked` by its hour.
 */
export const WHATS = [
  'asked',
  'taken',
  'answered',
  'resolved',
  'reopened',
  'sent',
  'accepted',
  'returned',
  'kept',
  'broken',
  'shift',
  'ready',
  'close',
  'late',
  'absent',
] as const
export type What = (typeof WHATS)[number]
/** Per what is counted: how often, by its hour or step. */
export type Facts = Partial<Record<What, Readonly<Record<string, number>>>>

/** Seconds at which a step ends: fine where an answer is quick, coarse where it takes a day. */
export const STEPS = [
  5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 259200,
]

/** The night of a date, from noon to noon: whatever happens belongs to exactly one. */
export const nightWindow = (night: string, zone: string): Window => ({
  from: instantOf(night, '12:00', zone),
  to: instantOf(addDays(night, 1), '12:00', zone),
})

export function add(a: Facts, b: Facts): Facts {
  const sum: Record<string, Record<string, number>> = {}
  for (const facts of [a, b])
    for (const [what, counts] of Object.entries(facts)) {
      sum[what] ??= {}
      const into = sum[what]
      for (const [bucket, count] of Object.entries(counts)) into[bucket] = (into[bucket] ?? 0) + count
    }
  return sum as Facts
}

export const countOf = (facts: Facts, what: What): number =>
  Object.values(facts[what] ?? {}).reduce((sum, one) => sum + one, 0)

/** Below which duration so many of a hundred lie, in seconds; between two steps as if spread evenly. Null of nothing. */
export function percentileOf(facts: Facts, what: What, percent: number): number | null {
  const total = countOf(facts, what)
  if (total === 0) return null
  const wanted = (total * percent) / 100
  let before = 0
  for (let step = 0; step <= STEPS.length; step++) {
    const here = facts[what]?.[String(step)] ?? 0
    if (before + here >= wanted && here > 0) {
      const low = step === 0 ? 0 : (STEPS[step - 1] ?? 0)
      const high = STEPS[step] ?? low
      return low + (high - low) * ((wanted - before) / here)
    }
    before += here
  }
  return null
}

export const shareOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null)

export type Line = {
  readonly asked: number
  readonly wait: number | null
  readonly answered: number
  readonly answer: number | null
  readonly answer90: number | null
  readonly resolved: number
  readonly resolution: number | null
  readonly reopened: number
  readonly sent: number
  readonly accepted: number
  readonly acceptance: number | null
  readonly acceptedShare: number | null
  readonly returned: number
  readonly kept: number
  readonly broken: number
  readonly keptShare: number | null
  readonly shifts: number
  readonly ready: number
  readonly late: number
  readonly absent: number
  readonly readyShare: number | null
}

/** What a report says in one line. */
export function lineOf(facts: Facts): Line {
  const count = (what: What): number => countOf(facts, what)
  const [sent, kept, broken, shifts, ready] = [
    count('sent'),
    count('kept'),
    count('broken'),
    count('shift'),
    count('ready'),
  ]
  return {
    asked: count('asked'),
    wait: percentileOf(facts, 'taken', 50),
    answered: count('answered'),
    answer: percentileOf(facts, 'answered', 50),
    answer90: percentileOf(facts, 'answered', 90),
    resolved: count('resolved'),
    resolution: percentileOf(facts, 'resolved', 50),
    reopened: count('reopened'),
    sent,
    accepted: count('accepted'),
    acceptance: percentileOf(facts, 'accepted', 50),
    acceptedShare: shareOf(count('accepted'), sent),
    returned: count('returned'),
    kept,
    broken,
    keptShare: shareOf(kept, kept + broken),
    shifts,
    ready,
    late: count('close') + count('late'),
    absent: count('absent'),
    readyShare: shareOf(ready, shifts),
  }
}

/** Hours of a night in their order: it begins at noon. */
export const HOURS = Array.from({ length: 24 }, (_, n) => (n + 12) % 24)

/** The night, the week from its Monday or the month from its 1st that a night belongs to. */
export function periodStart(night: string, grain: 'day' | 'week' | 'month'): string {
  if (grain === 'week') return addDays(night, 1 - weekdayOf(night))
  return grain === 'month' ? `${night.slice(0, 7)}-01` : night
}

export const nightsFrom = (from: string, to: string): string[] =>
  Array.from({ length: Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1) }, (_, n) =>
    addDays(from, n),
  )

/** A night is counted anew each day for a week: what was solved, accepted or kept late still belongs to it. */
export const RECOUNT_DAYS = 7

/** `channel:web`, `category:3`; anything else is the whole. */
export function readSlice(of: string): Slice {
  const [cut, key = ''] = of.split(':')
  return cut && key && (CUTS as readonly string[]).includes(cut) && cut !== 'all' ? { cut: cut as Cut, key } : WHOLE
}
export const sliceName = ({ cut, key }: Slice): string => (cut === 'all' ? '' : `${cut}:${key}`)
