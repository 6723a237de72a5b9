import type { DepartmentId, RosterRunId, ShiftId, SignatureId, StaffId, SwapId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Shift = { shiftId: ShiftId; staffId: StaffId; startsAt: Instant; endsAt: Instant }

type Swap = { swapId: SwapId; requesterId: StaffId; substituteId: StaffId | null }

/** `by` has named them; null where nobody of the staff has. */
type Signature = { signatureId: SignatureId; leaderId: StaffId; by: StaffId | null }

/** December 2026 is `{ year: 2026, month: 12 }`. */
type Month = { year: number; month: number }

export type RosterEvents = {
  'shift.added': Shift
  'shift.changed': Shift & { from: StaffId }
  'shift.removed': Shift
  /** So many published shifts of this person want an answer; those of one instant are one question. */
  'confirmation.asked': { staffId: StaffId; shifts: number; askedAt: Instant }
  /** The question has provably arrived: the hours to answer run. */
  'confirmation.delivered': { staffId: StaffId; shifts: number }
  'confirmation.nudged': { staffId: StaffId; shifts: number }
  /** The hours are over without an answer; the shifts stay theirs. */
  'confirmation.lapsed': { staffId: StaffId; shifts: number }
  'shift.confirmed': { shiftId: ShiftId; staffId: StaffId; how: 'person' | 'check_in' | 'hr' }
  'shift.declined': { shiftId: ShiftId; staffId: StaffId }
  'shift.unconfirmed': { shiftId: ShiftId; staffId: StaffId }
  'swap.drafted': { swapId: SwapId; shiftId: ShiftId; requesterId: StaffId }
  'swap.asked': Swap & { emergency: boolean }
  /** By the substitute: HR has it now, in an emergency the duty manager as well. */
  'swap.accepted': Swap & { emergency: boolean }
  'swap.declined': Swap
  'swap.withdrawn': Swap
  'swap.rules_failed': Swap & { count: number }
  'swap.approved': Swap & { by: StaffId; as: 'hr' | 'manager' }
  'swap.rejected': Swap & { by: StaffId }
  /** The shifts have changed hands. */
  'swap.applied': Swap & { shiftId: ShiftId; backShiftId: ShiftId | null }
  'swap.expired': Swap
  'swap.reversal_asked': Swap & { by: StaffId }
  /** The wish to undo it was taken back, or was not shared. */
  'swap.kept': Swap & { by: StaffId }
  'swap.reversed': Swap
  /** By hand against hard rules, which a leader answers for (row 3); `count` of them. */
  'roster.excepted': {
    staffId: StaffId
    leaderId: StaffId
    by: StaffId
    what: 'added' | 'changed' | 'removed'
    count: number
  }
  /** HR has named a leader for what breaks hard rules, of a version or by hand (row 3); nothing waits for what they say. */
  'roster.leader_named': Signature
  'roster.leader_confirmed': Signature
  'roster.leader_objected': Signature
  /**
   * Published nights that nobody leads or no 组长 heads (`lead`), or whose named backup is there no more (`backup`), and that did not
   * stand so before; `count` of reasons.
   */
  'roster.unled': { count: number; what: 'lead' | 'backup' }
  /** All of them are mended. */
  'roster.led': { what: 'lead' | 'backup' }
  'month.opened': { by: StaffId }
  'month.edited': { by: StaffId }
  /** A department has said what a month needs. */
  'month.input_given': Month & { by: StaffId; departmentId: DepartmentId }
  /** Not published yet, or a department has not said what it needs: days before, or late. */
  'month.reminded': Month & { what: 'input' | 'publication'; step: 'three' | 'two' | 'one' | 'late' }
  /** For the first time; what of it changes afterwards is told shift by shift. */
  'month.published': Month & { by: StaffId; version: number; nights: number }
  'month.versioned': { version: number; why: 'published' | 'changed' | 'left' | 'swap' | 'replaced'; late: boolean }
  /** A roster was looked for; `gaps` are heads that nobody could fill. */
  'roster.generated': { runId: RosterRunId; gaps: number }
  /** None was found; the plan stays as it was. */
  'roster.not_generated': { runId: RosterRunId }
  /** A private calendar link; an earlier one ended with it. */
  'feed.made': { staffId: StaffId }
  'feed.ended': { staffId: StaffId }
  'leave.added': { staffId: StaffId; by: StaffId }
  'leave.cancelled': { by: StaffId }
  /** What HR alone knows of a person was changed; never what. */
  'planning.changed': { staffId: StaffId; by: StaffId }
}
