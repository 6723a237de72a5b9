import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { DAY, MINUTE, plus } from '../../kernel/time.ts'

/** What is promised: a call, a word on how it stands, the result. */
export const PROMISE_KINDS = ['call', 'update', 'result'] as const
export type PromiseKind = (typeof PROMISE_KINDS)[number]
/** REGULATION 2, PROMISE. */
export type PromiseState = 'open' | 'kept' | 'broken' | 'moved' | 'void'

/** Further than this is no promise of a night. */
export const FURTHEST_DAYS = 14

/** A time that is still to come, and not out of sight. */
export function whyNotPromise(dueAt: Date, now: Date): Refusal | null {
  if (dueAt <= now) return refusal('promises.past', {}, 'due')
  return dueAt > plus(now, FURTHEST_DAYS * DAY) ? refusal('promises.too_far', { days: FURTHEST_DAYS }, 'due') : null
}

/** A promise that has ended stays as it ended: what was broken is not moved away afterwards. */
export const whyNotEnd = (state: PromiseState): Refusal | null =>
  state === 'open' ? null : refusal(`promises.ended.${state}`)

/** When its owner is reminded: so many minutes before, and never before half of the time has passed. */
export function remindAt(madeAt: Date, dueAt: Date, minutesBefore: number): Date {
  const half = plus(madeAt, (dueAt.getTime() - madeAt.getTime()) / 2)
  const before = plus(dueAt, -minutesBefore * MINUTE)
  return before > half ? before : half
}

/** Our word to the customer keeps a promise to say how it stands; a call or a result needs more than a word. */
export const keptByWord = (kind: PromiseKind): boolean => kind === 'update'
