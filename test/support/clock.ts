import type { Clock } from '../../server/platform/clock.ts'

/** A clock that stands until a test moves it. */
export type HandSetClock = Clock & {
  /** `clock.set('2026-11-24T02:14:00+08:00')` */
  readonly set: (at: string | Date) => void
  readonly forward: (by: { seconds?: number; minutes?: number; hours?: number }) => void
}

/** The night of 23 November in Shanghai, at 02:14: the time at which Nightdesk is used. */
export const TWO_FOURTEEN = '2026-11-24T02:14:00+08:00'

export function handSetClock(start: string | Date = TWO_FOURTEEN): HandSetClock {
  let at = new Date(start)
  return {
    now: () => new Date(at),
    set: (to) => {
      at = new Date(to)
    },
    forward: ({ seconds = 0, minutes = 0, hours = 0 }) => {
      at = new Date(at.getTime() + ((hours * 60 + minutes) * 60 + seconds) * 1000)
    },
  }
}
