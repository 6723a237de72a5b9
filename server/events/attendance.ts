import type {
  AbsenceId,
  AttendanceId,
  CorrectionId,
  PostCaseId,
  PresenceQuestionId,
  ShiftId,
  SlipId,
  StaffId,
} from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Who = { attendanceId: AttendanceId; shiftId: ShiftId; staffId: StaffId }

/** Why it is thought that somebody left their post: no answer, not back in time, gone before the end, or the duty manager saw it. */
export type PostCaseOrigin = 'presence' | 'slip' | 'left' | 'manager'
type Case = { caseId: PostCaseId; attendanceId: AttendanceId; staffId: StaffId }

type Correcting = { correctionId: CorrectionId; shiftId: ShiftId; staffId: StaffId }
type When = { what: 'came' | 'left'; at: Instant }

type Leaving = { slipId: SlipId; staffId: StaffId; coverId: StaffId }

export type AttendanceEvents = {
  'attendance.checked_in': Who & { arrival: 'ready' | 'late_for_handover' | 'late'; minutesLate: number }
  'attendance.checked_out': Who & { why: 'person' | 'shift_over' | 'account_off' }
  /** Relief is missing and somebody stays on; `promised` where they have said so themselves. */
  'attendance.extended': Who & { until: Instant; promised: boolean }
  'attendance.relieved': Who
  'break.started': Who & { endsBy: Instant }
  'break.ended': Who
  /** Time to be there for the handover, and not there yet; then the start, and not there yet. */
  'attendance.awaited': { shiftId: ShiftId; staffId: StaffId; startsAt: Instant }
  'attendance.late': { shiftId: ShiftId; staffId: StaffId; startsAt: Instant }
  'attendance.wrong_code': { staffId: StaffId }
  /** The grace is over and nobody has come. */
  'attendance.missing': { absenceId: AbsenceId; shiftId: ShiftId; staffId: StaffId; startsAt: Instant }
  'attendance.came': { absenceId: AbsenceId; shiftId: ShiftId; staffId: StaffId }
  'attendance.absent': { absenceId: AbsenceId; staffId: StaffId; replacedBy: StaffId | null }
  'attendance.excused': { absenceId: AbsenceId; staffId: StaffId; by: StaffId }
  'slip.asked': Leaving
  'slip.declined': Leaving
  'slip.begun': Leaving
  'slip.withdrawn': Leaving
  'slip.overdue': Who
  /** Somebody on post is asked whether they are there. */
  'presence.asked': Who & { questionId: PresenceQuestionId; answerBy: Instant }
  'presence.answered': Who & { questionId: PresenceQuestionId; late: boolean }
  'presence.unanswered': Who & { questionId: PresenceQuestionId }
  'presence.dropped': Who & { questionId: PresenceQuestionId }
  /** It may be that somebody left their post; nothing counts until it is decided. */
  'post_case.opened': Case & { origin: PostCaseOrigin; statementDueAt: Instant }
  'post_case.visited': Case & { by: StaffId; found: 'there' | 'not_there' }
  'post_case.stated': Case
  'post_case.decided': Case & { by: StaffId; outcome: 'on_duty' | 'left_post' }
  /** What was recorded stays; this stands beside it. */
  'correction.asked': Correcting & When
  'correction.decided': Correcting & When & { by: StaffId; outcome: 'approved' | 'refused' }
  'correction.withdrawn': Correcting
  'place.opened': { by: StaffId }
  'place.closed': { by: StaffId }
}
