import type { MonthState } from '../../events/appraisal.ts'
import { after, type Moves } from '../../kernel/machine.ts'
import { addDays, instantOf, localOf, type Window } from '../../kernel/time.ts'
import { endOfWorkday, workdayAfter } from '../../kernel/workdays.ts'

/** REGULATION row 67: a month from its opening to its closing, each stage with a last workday. */
export const monthMoves: Moves<MonthState, 'count' | 'pass' | 'close'> = {
  opening: { count: 'contests' },
  contests: { pass: 'refreezing' },
  refreezing: { count: 'comments' },
  comments: { pass: 'managers' },
  managers: { pass: 'review' },
  review: { pass: 'signing' },
  signing: { pass: 'published' },
  published: { close: 'closed' },
  closed: {},
}
export const stageAfter = (state: MonthState): MonthState | undefined =>
  after(monthMoves, state, 'pass') ?? after(monthMoves, state, 'count')

/** Stages as people see them, in their order. */
export const STAGES = ['contests', 'comments', 'managers', 'review', 'signing', 'published'] as const
export type Stage = (typeof STAGES)[number]
/** When each stage ends, ISO 8601. */
export type Plan = Readonly<Record<Exclude<Stage, 'published'>, string>>

export type Lengths = {
  readonly contests: number
  readonly comments: number
  readonly managers: number
  readonly review: number
  readonly signing: number
  /** By this time of the last day it is published. */
  readonly publishTime: string
}

export const firstOfNext = (month: string): string => `${addDays(month, 31).slice(0, 8)}01`
export const firstOf = (date: string): string => `${date.slice(0, 8)}01`
export const firstOfLast = (date: string): string => firstOf(addDays(firstOf(date), -1))

/** The last night of a month ends in the morning of the next: it is counted from noon on. */
const OPENS_AT = '12:00'
export const opensAt = (month: string, zone: string): Date => instantOf(firstOfNext(month), OPENS_AT, zone)

/** Ratings count in the calendar month in which they arrive. */
export const windowOfMonth = (month: string, zone: string): Window => ({
  from: instantOf(month, '00:00', zone),
  to: instantOf(firstOfNext(month), '00:00', zone),
})

/** What happens in its nights counts from noon to noon. */
export const nightsOf = (month: string, zone: string): Window => ({
  from: instantOf(month, OPENS_AT, zone),
  to: opensAt(month, zone),
})

export function planOf(month: string, lengths: Lengths, zone: string): Plan {
  const last = addDays(firstOfNext(month), -1)
  const { contests, comments, managers, review, signing, publishTime } = lengths
  const end = (count: number): string => endOfWorkday(last, count, zone).toISOString()
  const beforeSigning = contests + comments + managers + review
  return {
    contests: end(contests),
    comments: end(contests + comments),
    managers: end(contests + comments + managers),
    review: end(beforeSigning),
    signing: instantOf(workdayAfter(last, beforeSigning + signing), publishTime, zone).toISOString(),
  }
}

/** A month that has ended and was never opened: the last one, and the one before where the house stood still over its end. */
export function monthsToOpen(now: Date, zone: string, opened: ReadonlySet<string>): string[] {
  const last = firstOfLast(localOf(now, zone).date)
  return [firstOfLast(last), last].filter((month) => !opened.has(month) && opensAt(month, zone) <= now)
}

/** The end of the stage that a month is in now. */
export const dueOf = (plan: Plan, state: MonthState): Date | null =>
  state in plan ? new Date(plan[state as keyof Plan]) : null

/** The same day so many months on, at its end. */
export function monthsLater(at: Date, months: number, zone: string): Date {
  let first = firstOf(localOf(at, zone).date)
  for (let left = months; left > 0; left--) first = firstOfNext(first)
  const day = Number(localOf(at, zone).date.slice(8))
  const last = addDays(firstOfNext(first), -1)
  const wanted = addDays(first, day - 1)
  return instantOf(addDays(wanted < last ? wanted : last, 1), '00:00', zone)
}
