import { addDays, instantOf, localOf, weekdayOf } from '../../kernel/time.ts'

export const PERIODS = ['night', 'week', 'month'] as const
export type Period = (typeof PERIODS)[number]

/** The next time of this clock on the wall at which such a report is due: each morning, Monday's, that of the 1st. */
export function nextDue(period: Period, after: Date, time: string, zone: string): Date {
  let { date } = localOf(after, zone)
  for (;;) {
    const at = instantOf(date, time, zone)
    if (at > after && begins(period, date)) return at
    date = addDays(date, 1)
  }
}
const begins = (period: Period, date: string): boolean =>
  period === 'night' || (period === 'week' ? weekdayOf(date) === 1 : date.endsWith('-01'))

/** The nights that a report is about which is due on that day: the last one, the last seven, those of last month. */
export function nightsOf(period: Period, dueAt: Date, zone: string): { from: string; to: string } {
  const { date } = localOf(dueAt, zone)
  const to = addDays(date, -1)
  if (period === 'night') return { from: to, to }
  return period === 'week' ? { from: addDays(to, -6), to } : { from: `${to.slice(0, 7)}-01`, to }
}

/** A house that stood still sends the newest, not all that it has missed. */
export const LATE_HOURS = 12
