import type { AbsenceId, AttendanceId, ShiftId, SlipId, StaffId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Who = { attendanceId: AttendanceId; shiftId: ShiftId; staffId: StaffId }

type Leaving = { slipId: SlipId; staffId: StaffId; coverId: StaffId }

export type AttendanceEvents = {
  'attendance.checked_in': Who & { arrival: 'ready' | 'late_for_handover' | 'late'; minutesLate: number }
  'attendance.checked_out': Who & { why: 'person' | 'shift_over' | 'account_off' }
  'break.started': Who & { endsBy: Instant }
  'break.ended': Who
  /** The grace is over and nobody has come. */
  'attendance.missing': { absenceId: AbsenceId; shiftId: ShiftId; staffId: StaffId; startsAt: Instant }
  'attendance.came': { absenceId: AbsenceId; shiftId: ShiftId; staffId: StaffId }
  'attendance.absent': { absenceId: AbsenceId; staffId: StaffId; replacedBy: StaffId | null }
  'attendance.excused': { absenceId: AbsenceId; staffId: StaffId; by: StaffId }
  'slip.asked': Leaving
  'slip.declined': Leaving
  'slip.begun': Leaving
  'slip.overdue': Who
  'place.opened': { by: StaffId }
  'place.closed': { by: StaffId }
}
