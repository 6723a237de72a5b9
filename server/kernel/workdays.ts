import chineseDays from 'chinese-days'
import { addDays } from './time.ts'

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
