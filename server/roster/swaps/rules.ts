import type { ShiftId, StaffId } from '../../kernel/ids.ts'
import { after, type Moves } from '../../kernel/machine.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { HOUR, plus, type Window } from '../../kernel/time.ts'

export const SWAP_STATES = [
  'draft',
  'awaiting_substitute',
  'submitted',
  'hr_review',
  'approved',
  'applied',
  'substitute_declined',
  'rules_failed',
  'hr_rejected',
  'withdrawn',
  'expired',
  'reversed',
] as const
export type SwapState = (typeof SWAP_STATES)[number]
export type SwapAct =
  | 'pick'
  | 'accept'
  | 'decline'
  | 'pass_rules'
  | 'fail_rules'
  | 'approve'
  | 'reject'
  | 'apply'
  | 'withdraw'
  | 'expire'
  | 'reverse'

/** REGULATION 2, SWAP: whoever asked stays responsible until it is applied; `submitted` and `approved` last no longer than the act that asks the rules. */
export const swapMoves: Moves<SwapState, SwapAct> = {
  draft: { pick: 'awaiting_substitute', withdraw: 'withdrawn', expire: 'expired' },
  awaiting_substitute: {
    accept: 'submitted',
    decline: 'substitute_declined',
    withdraw: 'withdrawn',
    expire: 'expired',
  },
  submitted: { pass_rules: 'hr_review', fail_rules: 'rules_failed' },
  hr_review: {
    approve: 'approved',
    reject: 'hr_rejected',
    fail_rules: 'rules_failed',
    withdraw: 'withdrawn',
    expire: 'expired',
    decline: 'substitute_declined',
  },
  approved: { apply: 'applied' },
  applied: { reverse: 'reversed' },
  substitute_declined: {},
  rules_failed: {},
  hr_rejected: {},
  withdrawn: {},
  expired: {},
  reversed: {},
}
export const OPEN_STATES = ['draft', 'awaiting_substitute', 'submitted', 'hr_review', 'approved'] as const
export const isOpen = (state: SwapState): boolean => (OPEN_STATES as readonly SwapState[]).includes(state)

export const whyNotMoveSwap = (from: SwapState, act: SwapAct): Refusal | null =>
  after(swapMoves, from, act) ? null : refusal(`swaps.not_now.${act}`)

/** Why a rule does not let somebody stand there: a key of `swaps.finding`, with what fills its words. */
export type SwapFinding = { readonly code: string; readonly values: Readonly<Record<string, string | number>> }

type Shift = Window & { readonly id: ShiftId; readonly staffId: StaffId }
type Asking = {
  readonly shift: Shift
  readonly requesterId: StaffId
  readonly substituteId: StaffId
  readonly back: Shift | null
  readonly latePublished: boolean
  /** Of the shift that comes back. */
  readonly backLate: boolean
  readonly hasProof: boolean
}

/** REGULATION row 23: 48 hours ahead; later only as an emergency with proof; what was published late is exempt. */
export const isEmergency = (shift: Window, latePublished: boolean, now: Date, swapHours: number): boolean =>
  !latePublished && shift.from < plus(now, swapHours * HOUR)

/** A trade changes both shifts, so the hours run to the earlier of them. */
export const isUrgent = (
  { shift, latePublished, back, backLate }: Pick<Asking, 'shift' | 'latePublished' | 'back' | 'backLate'>,
  now: Date,
  swapHours: number,
): boolean =>
  isEmergency(shift, latePublished, now, swapHours) || (back !== null && isEmergency(back, backLate, now, swapHours))

/** What must hold of the shifts themselves, whoever takes them. */
export function whyNotAsk(asking: Asking, now: Date, swapHours: number): Refusal | null {
  const { shift, requesterId, substituteId, back, hasProof } = asking
  const wrong = whyNotGive(shift, requesterId, now)
  if (wrong) return wrong
  if (substituteId === requesterId) return refusal('swaps.with_oneself', {}, 'substitute')
  if (back && back.id === shift.id) return refusal('swaps.same_shift', {}, 'back')
  const other = back && whyNotGive(back, substituteId, now)
  if (other) return refusal(other.code, other.details, 'back')
  if (isUrgent(asking, now, swapHours) && !hasProof)
    return refusal('swaps.proof_missing', { hours: swapHours }, 'proof')
  return null
}

/** A shift is given by whoever stands in it, and before it begins. */
export function whyNotGive(shift: Shift, by: StaffId, now: Date): Refusal | null {
  if (shift.staffId !== by) return refusal('swaps.not_theirs')
  if (shift.to <= now) return refusal('swaps.over')
  return shift.from <= now ? refusal('swaps.running') : null
}

/** REGULATION 2, SWAP: it lapses 24 hours before the start; what could not be asked for earlier, at the start. */
export function expiresAt(
  shifts: readonly Window[],
  { emergency, latePublished, now }: { emergency: boolean; latePublished: boolean; now: Date },
  expireHours: number,
): Date {
  const first = new Date(Math.min(...shifts.map(({ from }) => from.getTime())))
  const before = plus(first, -expireHours * HOUR)
  return emergency || latePublished || before <= now ? first : before
}

/** Letters of a reason, and of an answer. */
export const REASON_LETTERS = 300
export const whyNotReason = (reason: string, field: string): Refusal | null =>
  reason.trim() === '' ? refusal('swaps.reason_missing', {}, field) : null

type Decided = {
  readonly requesterId: StaffId
  readonly substituteId: StaffId | null
  readonly emergency: boolean
  readonly hrBy: StaffId | null
  readonly managerBy: StaffId | null
}
/** Nobody decides about their own; in an emergency HR and the duty manager each, and not one person as both. */
export function whyNotDecide(swap: Decided, by: StaffId, as: 'hr' | 'manager'): Refusal | null {
  if (by === swap.requesterId || by === swap.substituteId) return refusal('swaps.own')
  if (as === 'manager' && !swap.emergency) return refusal('swaps.not_managers')
  const other = as === 'hr' ? swap.managerBy : swap.hrBy
  return other === by ? refusal('swaps.both_hands') : null
}
export const isDecided = ({ emergency, hrBy, managerBy }: Decided): boolean =>
  hrBy !== null && (!emergency || managerBy !== null)
