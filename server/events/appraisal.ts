import type {
  AppraisalId,
  AppraisalMonthId,
  CoachingId,
  MeasureId,
  ShiftId,
  ShiftNoteId,
  StaffId,
} from '../kernel/ids.ts'

export type MonthState =
  | 'opening'
  | 'contests'
  | 'refreezing'
  | 'comments'
  | 'managers'
  | 'review'
  | 'signing'
  | 'published'
  | 'closed'
/** REGULATION 2, APPRAISAL; `collecting` is the month that runs and has no row yet. */
export type AppraisalState =
  | 'draft'
  | 'commented'
  | 'manager_scored'
  | 'hr_reviewed'
  | 'signed'
  | 'published'
  | 'acknowledged'
  | 'appealed'
  | 'upheld'
  | 'amended'
  | 'deemed_received'
  | 'closed'
  | 'reopened'
export type Grade = 'excellent' | 'competent' | 'basic' | 'poor' | 'none'
/** REGULATION rows 70–72; dismissal is not in the regulation. */
export type MeasureKind = 'bonus' | 'award' | 'promotion' | 'coaching' | 'talk' | 'deduction' | 'post_change'
export type MeasureState =
  | 'proposed'
  | 'pending'
  | 'decided'
  | 'executed'
  | 'declined'
  | 'withdrawn'
  | 'objected'
  | 'reviewed'

type One = { appraisalId: AppraisalId; staffId: StaffId }
type Measure = { measureId: MeasureId; staffId: StaffId; kind: MeasureKind }

export type AppraisalEvents = {
  'appraisal.month_opened': { monthId: AppraisalMonthId; weightsVersion: number }
  'appraisal.stage_began': { monthId: AppraisalMonthId; stage: MonthState; people: number }
  /** Nobody did it in time: the next one up is told, and may do it. */
  'appraisal.stage_late': {
    monthId: AppraisalMonthId
    stage: MonthState
    left: number
    to: 'personnel' | 'group' | 'chief'
  }
  /** What came back to personnel was not reviewed in the days for it: the group may. */
  'appraisal.review_late': One
  /** Nobody has decided about an objection in time. */
  'appraisal.objection_late': One & { revision: number }
  /** What it is counted from stands. */
  'appraisal.frozen': One & { revision: number; pass: number }
  'appraisal.commented': One
  'appraisal.scored': One & { by: StaffId; group: boolean }
  'appraisal.reviewed': One & { by: StaffId; points: number }
  'appraisal.returned': One & { by: StaffId; to: 'managers' | 'review' }
  'appraisal.case_noted': One & { by: StaffId; proven: boolean }
  'appraisal.signed': One & { by: StaffId }
  'appraisal.published': One & { revision: number; grade: Grade; score: number | null }
  'appraisal.acknowledged': One & { revision: number }
  'appraisal.objected': One & { revision: number }
  'appraisal.deemed_received': One & { revision: number }
  'appraisal.decided': One & { by: StaffId; outcome: 'upheld' | 'amended'; revision: number }
  /** `by` null: by itself, because something about the month was decided after it was frozen. */
  'appraisal.reopened': One & { by: StaffId | null; revision: number }
  'appraisal.closed': One
  'appraisal.weights_changed': { by: StaffId; version: number }
  'shift_note.taken': { noteId: ShiftNoteId; shiftId: ShiftId; staffId: StaffId; by: StaffId }
  'measure.proposed': Measure
  'measure.put_forward': Measure & { by: StaffId }
  'measure.stated': Measure
  'measure.undecided': Measure
  'measure.decided': Measure & { by: StaffId; outcome: 'decided' | 'declined' }
  'measure.executed': Measure & { by: StaffId }
  /** `by` null: it fell with the result that it rested on. */
  'measure.withdrawn': Measure & { by: StaffId | null }
  'measure.objected': Measure
  'measure.reviewed': Measure & { by: StaffId; outcome: 'upheld' | 'lifted' }
  'coaching.asked': { requestId: CoachingId; staffId: StaffId }
  'coaching.answered': { requestId: CoachingId; staffId: StaffId; by: StaffId; outcome: 'scheduled' | 'declined' }
}
