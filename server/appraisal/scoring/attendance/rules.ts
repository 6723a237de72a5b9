import { sumOf } from '../figures/rules.ts'

/** How a due shift was come to (REGULATION row 25 and 2, SHIFT). Approved leave and swapped shifts are no due shifts. */
export const ARRIVALS = ['ready', 'late_for_handover', 'late', 'absent', 'left_post'] as const
export type Arrival = (typeof ARRIVALS)[number]

const LITTLE_MINUTES = 15
const MUCH_MINUTES = 60

/** REGULATION 3, A: what one due shift is worth, 0..1. */
export function worthOf(arrival: Arrival, minutesLate: number): number {
  switch (arrival) {
    case 'ready':
      return 1
    case 'late_for_handover':
      return 0.95
    case 'late':
      return minutesLate <= LITTLE_MINUTES ? 0.8 : minutesLate <= MUCH_MINUTES ? 0.5 : 0
    case 'absent':
    case 'left_post':
      return 0
  }
}

export type Attendance = { readonly score: number | null; readonly shifts: number }

/** Fully observed, so nothing is shrunk. */
export const attendanceOf = (worths: readonly number[]): Attendance => ({
  score: worths.length === 0 ? null : (100 * sumOf(worths)) / worths.length,
  shifts: worths.length,
})
