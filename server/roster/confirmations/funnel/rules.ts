import type { AskedState } from '../rules.ts'

type Line = {
  readonly staffId: string
  readonly state: AskedState
  readonly deliveredAt: Date | null
  readonly seenAt: Date | null
}
export type Funnel = {
  readonly sent: number
  readonly delivered: number
  readonly seen: number
  readonly confirmed: number
}

/** Sent → delivered → seen → confirmed, in shifts: who confirmed has seen it, who has seen it has got it. */
export function funnelOf(lines: readonly Line[]): Funnel {
  const confirmed = lines.filter(({ state }) => state === 'confirmed')
  const answered = (one: Line): boolean => one.state === 'confirmed' || one.state === 'swap_needed'
  return {
    sent: lines.length,
    delivered: lines.filter((one) => one.deliveredAt || one.seenAt || answered(one)).length,
    seen: lines.filter((one) => one.seenAt || answered(one)).length,
    confirmed: confirmed.length,
  }
}

/** What HR has to do something about, the most urgent first. */
export const NEEDS = ['unconfirmed', 'swap_needed', 'undelivered', 'waiting', 'confirmed'] as const
export type Need = (typeof NEEDS)[number]
export function needOf({ state, deliveredAt }: Line): Need {
  if (state === 'notified') return deliveredAt ? 'waiting' : 'undelivered'
  return state
}

/** One line a person and need: a month of shifts is answered at once by most. */
export function byPerson<One extends Line>(lines: readonly One[]): { need: Need; staffId: string; shifts: One[] }[] {
  const groups = Map.groupBy(lines, (one) => `${needOf(one)} ${one.staffId}`)
  return [...groups]
    .map(([, shifts]) => ({ need: needOf(shifts[0] as One), staffId: (shifts[0] as One).staffId, shifts }))
    .toSorted((a, b) => NEEDS.indexOf(a.need) - NEEDS.indexOf(b.need))
}
