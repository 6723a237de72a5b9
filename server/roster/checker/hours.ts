import { DAY, HOUR } from '../../kernel/time.ts'
import type { Cell, Finding } from '../facts.ts'
import { at, finding, tenths } from './finding.ts'
import { type Duty, type Ground, workHours } from './ground.ts'

/** REGULATION 4, H5: 劳动法 §36 hours a day and a week on average, §38 a day of rest a week, §41 overtime a month. */
export function hoursFindings(ground: Ground, duties: readonly Duty[]): Finding[] {
  const last = duties.findLast(({ cell }) => cell)?.cell
  if (!last) return []
  return [...dayFindings(ground, duties), ...weekFindings(ground, duties, last), ...restDayFindings(ground, duties)]
}

/** Work that begins within a day of its own: what begins before the same noon or midnight is caught by the rest between. */
function dayFindings(ground: Ground, duties: readonly Duty[]): Finding[] {
  const { limits } = ground.facts
  if (limits.hoursApproved) return []
  return duties.flatMap((duty) => {
    const hours = workHours(duty, limits)
    if (!duty.cell || hours <= limits.hoursADay) return []
    const values = { hours: tenths(hours), most: limits.hoursADay, by: hours - limits.hoursADay }
    return [
      finding(
        !duty.cell.stretch && ground.stretched.has(duty.cell.night) ? 'clock_change' : 'hours_day',
        at(duty.cell),
        values,
      ),
    ]
  })
}

function weekFindings(ground: Ground, duties: readonly Duty[], last: Cell): Finding[] {
  const { limits } = ground.facts
  const { from, to, weeks } = ground.month
  const hours = duties
    .filter(({ arrives }) => arrives >= from && arrives < to)
    .reduce((sum, duty) => sum + workHours(duty, limits), 0)
  const average = hours / weeks
  const over = overtimeHours(ground, duties)
  return [
    ...(average > limits.hoursAWeek
      ? [
          finding('hours_week', at(last), {
            hours: tenths(average),
            most: limits.hoursAWeek,
            by: average - limits.hoursAWeek,
          }),
        ]
      : []),
    ...(over > limits.overtimeHoursAMonth
      ? [
          finding('overtime', at(last), {
            hours: tenths(over),
            most: limits.overtimeHoursAMonth,
            by: over - limits.overtimeHoursAMonth,
          }),
        ]
      : []),
  ]
}

/** Hours over the week's, or over the days' where that is more; a week is of the month in which its Thursday lies. */
export function overtimeHours({ facts: { limits }, mondays, month }: Ground, duties: readonly Duty[]): number {
  if (limits.hoursApproved) {
    const inMonth = duties.filter(({ arrives }) => arrives >= month.from && arrives < month.to)
    return Math.max(
      0,
      inMonth.reduce((sum, duty) => sum + workHours(duty, limits), 0) - limits.hoursAWeek * month.weeks,
    )
  }
  let over = 0
  for (const [n, monday] of mondays.entries()) {
    const next = mondays[n + 1]
    const thursday = monday + 3 * DAY
    if (next === undefined || thursday < month.from || thursday >= month.to) continue
    const worked = duties
      .filter(({ arrives }) => arrives >= monday && arrives < next)
      .map((duty) => workHours(duty, limits))
    const week = worked.reduce((sum, hours) => sum + hours, 0) - limits.hoursAWeek
    const days = worked.reduce((sum, hours) => sum + Math.max(0, hours - limits.hoursADay), 0)
    over += Math.max(0, week, days)
  }
  return over
}

/** §38: within each week from Monday to Sunday 24 hours without work. */
function restDayFindings({ mondays }: Ground, duties: readonly Duty[]): Finding[] {
  return mondays.flatMap((monday, n) => {
    const next = mondays[n + 1]
    if (next === undefined) return []
    const inside = duties.filter(({ arrives, to }) => arrives < next && to > monday)
    const cell = inside.findLast((duty) => duty.cell)?.cell
    if (!cell || longestFree(inside, monday, next) >= DAY) return []
    return [finding('rest_day', at(cell), { hours: tenths(longestFree(inside, monday, next) / HOUR) })]
  })
}

function longestFree(duties: readonly Duty[], from: number, to: number): number {
  let free = 0
  let since = from
  for (const duty of duties) {
    free = Math.max(free, duty.arrives - since)
    since = Math.max(since, duty.to)
  }
  return Math.max(free, to - since)
}
