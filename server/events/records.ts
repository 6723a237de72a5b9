import type { DocumentRequestId, FalseRecordId, StaffId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

/** What documents are asked for: a check, a month's appraisal, an incident. */
export type DocumentPurpose = 'check' | 'appraisal' | 'incident' | 'other'
export type DocumentState = 'asked' | 'answered' | 'accepted' | 'withdrawn'
export type FalseRecordState = 'opened' | 'proven' | 'dismissed' | 'objected' | 'withdrawn'
/** How much a proven case weighs (REGULATION 3, P). */
export type CaseWeight = 'minor' | 'general' | 'serious'

type Request = { requestId: DocumentRequestId; staffId: StaffId }
type Case = { caseId: FalseRecordId; staffId: StaffId }

export type RecordEvents = {
  'document.asked': Request & { by: StaffId; dueAt: Instant }
  /** `addition`: to what was said before, which stands. */
  'document.answered': Request & { askedBy: StaffId; addition: boolean }
  'document.accepted': Request & { by: StaffId }
  /** Not enough: it is due once more. */
  'document.asked_back': Request & { by: StaffId; dueAt: Instant }
  'document.withdrawn': Request & { by: StaffId }
  'false_record.opened': Case & { by: StaffId; statementDueAt: Instant }
  'false_record.stated': Case
  'false_record.decided': Case & { by: StaffId; outcome: 'proven' | 'dismissed'; weight: CaseWeight | null }
  'false_record.withdrawn': Case & { by: StaffId }
  'false_record.objected': Case
  /** Not decided, or the objection not, in the days for it; `to`: who heads the group, or another of it where that one has a part in it. */
  'false_record.late': Case & { to: StaffId | null; objected: boolean }
  'false_record.reviewed': Case & { by: StaffId; outcome: 'upheld' | 'lifted' }
}
