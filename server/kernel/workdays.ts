import chineseDays from 'chinese-days'
import { addDays, instantOf } from './time.ts'

/** A day on which offices work, with the holidays and the days that make up for them; beyond their list Monday to Friday. */
export const isWorkday = (date: string): boolean => chineseDays.isWorkday(date)

/** The date that lies so many workdays after a date, which is not counted itself: 1 is the next workday. */
export function workdayAfter(date: string, count: number): string {
  let day = date
  for (let left = count; left > 0; ) {
    day = addDays(day, 1)
    if (isWorkday(day)) left--
  }
  return day
}

/** The end of the n-th workday after a date, on the clock of a zone. */
export const endOfWorkday = (date: string, count: number, zone: string): Date =>
  instantOf(addDays(workdayAfter(date, count), 1), '00:00', zone)
