import { MINUTE, plus, type Window } from '../../kernel/time.ts'

/** So long after the start, and between two questions, nobody is asked. */
export const QUIET_MINUTES = 20
/** Whoever is on a break, away with cover, or talking on the phone is asked so much later. */
export const LATER_MINUTES = { least: 5, most: 15 } as const

/** A number from 0 up to, and not with, 1. */
export type Chance = () => number

type Asking = { readonly count: number; readonly answerMinutes: number }

/**
 * When somebody is asked in what is left of their shift: as often as the company says, each instant as likely as another, so
 * that neither the last question nor the hour tells when the next one comes. The time to answer lies within the shift.
 */
export function plannedIn({ from, to }: Window, { count, answerMinutes }: Asking, chance: Chance): Date[] {
  const first = plus(from, QUIET_MINUTES * MINUTE)
  const room = (plus(to, -answerMinutes * MINUTE).getTime() - first.getTime()) / MINUTE
  const most = Math.min(count, Math.floor(room / QUIET_MINUTES) + 1)
  if (room < 0 || most < 1) return []
  const free = room - (most - 1) * QUIET_MINUTES
  return Array.from({ length: most }, () => chance() * free)
    .toSorted((a, b) => a - b)
    .map((minutes, at) => plus(first, (minutes + at * QUIET_MINUTES) * MINUTE))
}

/** The same question a little later; undefined where the shift is too short for it. */
export function laterThan(now: Date, to: Date, answerMinutes: number, chance: Chance): Date | undefined {
  const { least, most } = LATER_MINUTES
  const at = plus(now, (least + chance() * (most - least)) * MINUTE)
  return plus(at, answerMinutes * MINUTE) <= to ? at : undefined
}
