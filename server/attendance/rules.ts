import { type Refusal, refusal } from '../kernel/refusal.ts'
import { MINUTE, minutesBetween, plus, type Window } from '../kernel/time.ts'

/** Somebody who types codes by guess is stopped long before they hit one of a million. */
export const WRONG_CODES = { most: 8, minutes: 10 } as const

export type Arrival = 'ready' | 'late_for_handover' | 'late'
/** What proves that somebody is there: a press is enough where the company names no office network. */
export type How = 'button' | 'office' | 'code' | 'witness'

/** A press shows nothing of where somebody is: it stands, and is said to HR as what it is. */
export const isUnproved = (how: string | null): boolean => how === 'button'

/** How long before the start the button is there at all; nobody waits in the hall for the clock. */
export const CHECK_IN_OPENS_MINUTES = 60

/** REGULATION row 25 and 2, SHIFT: 15 minutes early is ready for the handover, later is late for it, after the start late. */
export function arrivalOf(startsAt: Date, now: Date, earlyMinutes: number): { arrival: Arrival; minutesLate: number } {
  const minutes = minutesBetween(startsAt, now)
  if (minutes <= -earlyMinutes) return { arrival: 'ready', minutesLate: 0 }
  if (minutes <= 0) return { arrival: 'late_for_handover', minutesLate: 0 }
  return { arrival: 'late', minutesLate: Math.ceil(minutes) }
}

export function whyNotCheckIn(shift: Window, now: Date): Refusal | null {
  if (now >= shift.to) return refusal('attendance.shift_over')
  if (now < plus(shift.from, -CHECK_IN_OPENS_MINUTES * MINUTE))
    return refusal('attendance.too_early', { minutes: CHECK_IN_OPENS_MINUTES })
  return null
}

/** DESIGN 3, nights: one paid break a shift. */
export const whyNotBreak = (taken: number): Refusal | null => (taken > 0 ? refusal('attendance.break_taken') : null)
