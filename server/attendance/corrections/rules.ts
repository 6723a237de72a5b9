import type { StaffId } from '../../kernel/ids.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { HOUR, MINUTE, plus, type Window } from '../../kernel/time.ts'
import { CHECK_IN_OPENS_MINUTES } from '../rules.ts'

export const CORRECTED = ['came', 'left'] as const
export type Corrected = (typeof CORRECTED)[number]
export type CorrectionState = 'asked' | 'approved' | 'refused' | 'withdrawn'

/** Letters of a reason and of an answer. */
export const REASON_LETTERS = 500
/** Longer than this after its end nobody has stayed on a shift. */
const STAYED_HOURS = 12

/** REGULATION 2, SHIFT: completed, and without a correction in so many hours locked. From then on HR alone adds to it. */
export const isLocked = (shift: Window, lockHours: number, now: Date): boolean =>
  now >= plus(shift.to, lockHours * HOUR)

type Times = { readonly cameAt: Date | null; readonly leftAt: Date | null }
type Asked = { readonly what: Corrected; readonly at: Date }

/** What can have been: within reach of the shift, not ahead of now, and gone after having come. */
export function whyNotTime(shift: Window, { what, at }: Asked, times: Times, now: Date): Refusal | null {
  if (shift.from > now) return refusal('attendance.not_begun')
  const [first, last] = [plus(shift.from, -CHECK_IN_OPENS_MINUTES * MINUTE), plus(shift.to, STAYED_HOURS * HOUR)]
  if (at > now || at < first || at > last || (what === 'came' && at >= shift.to))
    return refusal('attendance.not_of_shift', {}, 'at')
  if (what === 'left' && (!times.cameAt || at <= times.cameAt)) return refusal('attendance.left_before_came', {}, 'at')
  if (what === 'came' && times.leftAt && at >= times.leftAt) return refusal('attendance.left_before_came', {}, 'at')
  return null
}

type Own = { readonly locked: boolean; readonly hours: number; readonly used: number; readonly most: number }
/** For oneself: in time, and not more often in a month than the company allows. */
export function whyNotAsk({ locked, hours, used, most }: Own): Refusal | null {
  if (locked) return refusal('attendance.locked', { hours })
  return used >= most ? refusal('attendance.corrections_used', { most }) : null
}

type Decided = { readonly staffId: StaffId; readonly state: CorrectionState }
/** Somebody else decides; what is locked by now, HR alone. */
export function whyNotDecide(one: Decided, by: { id: StaffId; isHr: boolean; locked: boolean }): Refusal | null {
  if (one.staffId === by.id) return refusal('attendance.own_case')
  if (one.state !== 'asked') return refusal('attendance.case_decided')
  return by.locked && !by.isHr ? refusal('attendance.locked_hr') : null
}
