import type { StaffId } from '../kernel/ids.ts'
import type { ObligationState } from '../kernel/obligations.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import { MINUTE, plus } from '../kernel/time.ts'

/** What is due when, as the rules see it. */
export type Timed = {
  readonly dueAt: Date
  readonly graceMinutes: number
  /** When nobody can do it any more; null: it stays late until it is done. */
  readonly missedAt: Date | null
}
type Standing = { readonly state: ObligationState; readonly doneAt: Date | null }
export type Stage = Standing & { readonly nextAt: Date | null }

export const lateAt = ({ dueAt, graceMinutes }: Timed): Date => plus(dueAt, graceMinutes * MINUTE)

/** Not done by now. Never early: late once the time and its grace have passed, missed once it is of no use any more. */
export function undone(timed: Timed, now: Date): Stage {
  const late = lateAt(timed)
  if (now < late) return { state: 'due', doneAt: null, nextAt: late }
  if (timed.missedAt && now >= timed.missedAt) return { state: 'missed', doneAt: null, nextAt: null }
  return { state: 'late', doneAt: null, nextAt: timed.missedAt }
}

/**
 * Done at an instant, whenever that is heard. What was missed stays so and keeps that it was done after all; what a person
 * has excused stays excused.
 */
export function done(timed: Timed, before: Standing, at: Date): Stage {
  if (before.doneAt) return { ...before, nextAt: null }
  if (before.state === 'excused') return { state: 'excused', doneAt: at, nextAt: null }
  if (at <= lateAt(timed)) return { state: 'done', doneAt: at, nextAt: null }
  const missed = timed.missedAt !== null && at >= timed.missedAt
  return { state: missed ? 'missed' : 'late', doneAt: at, nextAt: null }
}

/** How something stands for whoever looks at it: `now` wants a hand, `ahead` does not yet. */
export type Stand = 'ahead' | 'now' | 'done' | 'late' | 'missed' | 'excused'
/** Without an instant of its own from which it can be done, it lights up this long before its time. */
export const SOON_MINUTES = 30

export function standOf(
  one: { readonly state: ObligationState; readonly opensAt: Date | null; readonly dueAt: Date },
  now: Date,
): Stand {
  if (one.state !== 'due') return one.state
  return now >= (one.opensAt ?? plus(one.dueAt, -SOON_MINUTES * MINUTE)) ? 'now' : 'ahead'
}

/** Letters of a reason, and of a link to what proves it. */
export const REASON_LETTERS = 500
export const LINK_LETTERS = 300

type Excusable = { readonly state: ObligationState; readonly staffId: StaffId | null }
type Excuse = { readonly reason: string; readonly link: string }

/** An excuse is another person's act, with a reason; the link leads to what shows it, in the house or outside. */
export function whyNotExcuse({ state, staffId }: Excusable, by: StaffId, { reason, link }: Excuse): Refusal | null {
  if (staffId === by) return refusal('obligations.own')
  if (state === 'due' || state === 'done') return refusal(`obligations.not_to_excuse.${state}`)
  if (reason.trim() === '') return refusal('obligations.reason_missing', {}, 'reason')
  if (link.trim() !== '' && !/^(https?:\/\/\S+|\/[^/\s]\S*)$/.test(link.trim()))
    return refusal('obligations.not_a_link', {}, 'link')
  return null
}
