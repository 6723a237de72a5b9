import type { AttendanceId, ShiftId, StaffId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Who = { attendanceId: AttendanceId; shiftId: ShiftId; staffId: StaffId }

export type AttendanceEvents = {
  'attendance.checked_in': Who & { arrival: 'ready' | 'late_for_handover' | 'late'; minutesLate: number }
  'attendance.checked_out': Who & { why: 'person' | 'shift_over' | 'account_off' }
  'break.started': Who & { endsBy: Instant }
  'break.ended': Who
}
