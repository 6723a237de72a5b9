import { after, type Moves } from '../../kernel/machine.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { HOUR, plus, type Window } from '../../kernel/time.ts'
import type { Settings } from '../../settings/definitions.ts'

export const SHIFT_STATES = ['planned', 'notified', 'confirmed', 'swap_needed', 'unconfirmed'] as const
export type ShiftState = (typeof SHIFT_STATES)[number]
export type AskedState = Exclude<ShiftState, 'planned'>
export type ShiftAct = 'publish' | 'confirm' | 'cannot' | 'lapse' | 'check_in' | 'reassign' | 'remain'

/**
 * REGULATION 2, SHIFT, up to the check-in: from there on the attendance has it. Whoever cannot stays in it until somebody
 * else does (`reassign`) or nobody could be found (`remain`); nobody is taken out of a shift for not answering.
 */
export const shiftMoves: Moves<ShiftState, ShiftAct> = {
  planned: { publish: 'notified', check_in: 'planned', reassign: 'planned' },
  notified: {
    confirm: 'confirmed',
    cannot: 'swap_needed',
    lapse: 'unconfirmed',
    check_in: 'confirmed',
    reassign: 'notified',
  },
  confirmed: { confirm: 'confirmed', cannot: 'swap_needed', check_in: 'confirmed', reassign: 'notified' },
  swap_needed: {
    confirm: 'confirmed',
    cannot: 'swap_needed',
    check_in: 'confirmed',
    reassign: 'notified',
    remain: 'unconfirmed',
  },
  unconfirmed: { confirm: 'confirmed', cannot: 'swap_needed', check_in: 'confirmed', reassign: 'notified' },
}

/** Where an act leads; null where the shift is planned and nobody was asked. */
export const shiftAfter = (from: AskedState, act: ShiftAct): AskedState | null => {
  const to = after(shiftMoves, from, act)
  return to && to !== 'planned' ? to : null
}

/** A shift that has begun is stood in or not: nothing about it can be promised any more. */
export function whyNotAnswer({ from }: Window, now: Date): Refusal | null {
  return from <= now ? refusal('confirmations.begun') : null
}

/** Letters of why somebody cannot. */
export const REASON_LETTERS = 300
export const whyNotCannot = (shift: Window, reason: string, now: Date): Refusal | null =>
  whyNotAnswer(shift, now) ?? (reason.trim() === '' ? refusal('confirmations.reason_missing', {}, 'reason') : null)

/** REGULATION row 23 and trap (a): what is published less than 48 hours and the 24 to confirm before it begins is exempt. */
export const isLatePublished = (startsAt: Date, publishedAt: Date, { swapHours, confirmHours }: SwapTimes): boolean =>
  startsAt < plus(publishedAt, (swapHours + confirmHours) * HOUR)
type SwapTimes = Pick<Settings, 'swapHours' | 'confirmHours'>

/** REGULATION row 22: 24 hours from delivery, and never beyond the start. */
export function dueOf(deliveredAt: Date, startsAt: Date, confirmHours: number): Date {
  const due = plus(deliveredAt, confirmHours * HOUR)
  return due < startsAt ? due : startsAt
}

/** When somebody is reminded after `done` reminders, or their time is over; only what lies before that counts. */
export function nextOf(
  { deliveredAt, dueAt }: { deliveredAt: Date; dueAt: Date },
  done: number,
  nudgeHours: readonly number[],
): Date {
  const times = nudgeHours.map((hours) => plus(deliveredAt, hours * HOUR)).filter((at) => at < dueAt)
  return times[done] ?? dueAt
}

/** The reminders in their order, whatever order they were typed in. */
export const nudgeHoursOf = ({ confirmNudgeFirst, confirmNudgeSecond, confirmNudgeThird }: Nudges): number[] =>
  [confirmNudgeFirst, confirmNudgeSecond, confirmNudgeThird].toSorted((a, b) => a - b)
type Nudges = Pick<Settings, 'confirmNudgeFirst' | 'confirmNudgeSecond' | 'confirmNudgeThird'>
