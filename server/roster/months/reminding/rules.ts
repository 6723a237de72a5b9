import { addDays, DAY, localOf } from '../../../kernel/time.ts'
import { neighbour } from '../../month.ts'

/** What is due in the month before: a department says what it needs, HR publishes. */
export const WHATS = ['input', 'publication'] as const
export type What = (typeof WHATS)[number]
/** From the first of the month it is owed; three, two and one day before it is told; afterwards whoever is above hears of it. */
export type Step = 'open' | 'three' | 'two' | 'one' | 'late'

const BEFORE: Readonly<Record<number, Step>> = { 3: 'three', 2: 'two', 1: 'one' }

/** The month that is to be planned at an instant. */
export const plannedAt = (now: Date, zone: string): string => neighbour(localOf(now, zone).date.slice(0, 7), 1)

/** REGULATION row 19: 3, 2, 1 days before, then the group. `day` is the last day on which it is in time. */
export function stepOf(day: string, { date, time }: { date: string; time: string }, tellAt: string): Step {
  // Before the hour at which things are told it is still yesterday.
  const today = time >= tellAt ? date : addDays(date, -1)
  const left = (Date.parse(day) - Date.parse(today)) / DAY
  if (left < 0) return 'late'
  return left === 0 ? 'one' : (BEFORE[left] ?? 'open')
}
