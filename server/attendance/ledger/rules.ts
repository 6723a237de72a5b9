import { isHoliday } from '../../kernel/holidays.ts'
import { HOUR, MINUTE, plus, type Window, weekdayOf } from '../../kernel/time.ts'

/** One shift as it was worked. */
export type Worked = {
  readonly night: string
  readonly window: Window
  readonly checkedInAt: Date | null
  readonly checkedOutAt: Date | null
  /** Off post between, having come back. */
  readonly offMinutes?: number
  /** Stayed on after the end because relief was missing. */
  readonly stayed?: boolean
}
export type Limits = {
  readonly earlyMinutes: number
  readonly breakMinutes: number
  readonly hoursADay: number
  readonly hoursAWeek: number
  readonly overtimeHoursAMonth: number
}
export type Line = Worked & {
  /** What the ledger counts: the early arrival and the paid break among it; an eight-hour night is 8.25 (trap b). */
  readonly counted: number
  /** Work by the law's limits: the paid break is none. */
  readonly hours: number
  /** 劳动法 §44: 300 % on public holidays, 200 % on days of rest; 150 % is what is over the week. */
  readonly rate: 100 | 200 | 300
  /** What of them was stayed on, relief missing. */
  readonly stayedHours: number
}
export type Ledger = {
  readonly lines: readonly Line[]
  readonly counted: number
  readonly hours: number
  readonly overtime: number
  readonly at150: number
  readonly at200: number
  readonly at300: number
  readonly stayed: number
  /** 劳动法 §41: more than three hours beyond those of a day. */
  readonly overDay: boolean
  readonly overWeek: boolean
  readonly overMonth: boolean
}

const NORMAL_WEEK = 40
const MOST_OVER_A_DAY = 3

/**
 * Hours of a month: the fifteen minutes of early arrival count, and what goes on after the end of a shift until the person leaves.
 * The paid break is in the ledger, and no work by the limits of the law (H5, row 25 and trap b).
 */
export function ledgerOf(worked: readonly Worked[], limits: Limits): Ledger {
  const lines = worked.map(
    (one): Line => ({
      ...one,
      counted: countedOf(one, limits),
      hours: hoursOf(one, limits),
      rate: rateOf(one.night),
      stayedHours: stayedOf(one),
    }),
  )
  const overOfDay = ({ hours }: Line): number => Math.max(0, hours - limits.hoursADay)
  const weeks = Map.groupBy(lines, ({ night }) => mondayOf(night))
  let at150 = 0
  let overWeek = false
  for (const week of weeks.values()) {
    const normal = week.filter(({ rate }) => rate === 100)
    // Beyond eight hours of a day, or beyond forty of the week, whichever is more; the same hour is not paid twice.
    at150 += Math.max(sum(normal) - NORMAL_WEEK, total(normal.map(overOfDay)))
    if (sum(week) > limits.hoursAWeek) overWeek = true
  }
  const at200 = sum(lines.filter(({ rate }) => rate === 200))
  const at300 = sum(lines.filter(({ rate }) => rate === 300))
  // §41 limits what is worked beyond the normal hours; holidays are paid apart and count with it.
  const overtime = at150 + at300
  return {
    lines,
    counted: round(total(lines.map(({ counted }) => counted))),
    hours: round(sum(lines)),
    overtime: round(overtime),
    at150: round(at150),
    at200: round(at200),
    at300: round(at300),
    stayed: round(total(lines.map(({ stayedHours }) => stayedHours))),
    overDay: lines.some((line) => overOfDay(line) > MOST_OVER_A_DAY),
    overWeek,
    overMonth: overtime > limits.overtimeHoursAMonth,
  }
}

function countedOf({ window, checkedInAt, checkedOutAt, offMinutes = 0 }: Worked, { earlyMinutes }: Limits): number {
  if (!checkedInAt) return 0
  // Whoever comes still earlier comes on their own time.
  const from = Math.max(checkedInAt.getTime(), plus(window.from, -earlyMinutes * MINUTE).getTime())
  const to = checkedOutAt?.getTime() ?? window.to.getTime()
  return Math.max(0, to - from - offMinutes * MINUTE) / HOUR
}

function hoursOf(worked: Worked, limits: Limits): number {
  const [whole, pause] = [countedOf(worked, limits), limits.breakMinutes / 60]
  return whole > pause ? whole - pause : whole
}

const stayedOf = ({ stayed, window, checkedOutAt }: Worked): number =>
  stayed && checkedOutAt ? Math.max(0, checkedOutAt.getTime() - window.to.getTime()) / HOUR : 0
const rateOf = (night: string): 100 | 200 | 300 => (isHoliday(night) ? 300 : weekdayOf(night) > 5 ? 200 : 100)
const total = (hours: readonly number[]): number => hours.reduce((all, some) => all + some, 0)
const sum = (lines: readonly Line[]): number => total(lines.map(({ hours }) => hours))
const round = (hours: number): number => Math.round(hours * 100) / 100

function mondayOf(date: string): string {
  const monday = new Date(`${date}T12:00:00Z`)
  monday.setUTCDate(monday.getUTCDate() - weekdayOf(date) + 1)
  return monday.toISOString().slice(0, 10)
}
