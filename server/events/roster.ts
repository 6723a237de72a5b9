import type { ShiftId, StaffId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Shift = { shiftId: ShiftId; staffId: StaffId; startsAt: Instant; endsAt: Instant }

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
}
