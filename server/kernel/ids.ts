/** Branded identifiers: PostgreSQL bigints as decimal strings. A TicketId is not a StaffId, and the compiler knows it. */
declare const brand: unique symbol
type Id<Name extends string> = string & { readonly [brand]: Name }

export type StaffId = Id<'staff'>
export type DepartmentId = Id<'department'>
export type SessionId = Id<'session'>
export type MembershipId = Id<'membership'>
export type LinkId = Id<'link'>
export type MailId = Id<'mail'>
export type IncomingId = Id<'incoming'>
export type CustomerId = Id<'customer'>
export type ContactId = Id<'contact'>
export type VerificationId = Id<'verification'>
export type TranscriptId = Id<'transcript'>
export type CustomerLetterId = Id<'customer-letter'>
export type VisitorId = Id<'visitor'>
export type RevealId = Id<'reveal'>
export type ExportId = Id<'export'>
export type ErasureId = Id<'erasure'>
export type ObligationId = Id<'obligation'>
export type RosterRunId = Id<'roster-run'>
export type ShiftId = Id<'shift'>
export type AbsenceId = Id<'absence'>
export type SlipId = Id<'slip'>
export type PresenceQuestionId = Id<'presence-question'>
export type PostCaseId = Id<'post-case'>
export type CorrectionId = Id<'correction'>

export type SwapId = Id<'swap'>
export type SignatureId = Id<'signature'>
export type AttendanceId = Id<'attendance'>
export type TicketId = Id<'ticket'>
export type AssignmentId = Id<'assignment'>
export type MessageId = Id<'message'>
export type NoteId = Id<'note'>
export type OfferId = Id<'offer'>
export type RatingId = Id<'rating'>
export type ContestId = Id<'contest'>
export type RatingExclusionId = Id<'rating-exclusion'>
export type ReportSubscriptionId = Id<'report-subscription'>
export type AlarmId = Id<'alarm'>
export type EscalationId = Id<'escalation'>
export type EscalationOfferId = Id<'escalation-offer'>
export type ClockId = Id<'clock'>
export type PromiseId = Id<'promise'>
export type AbuseCaseId = Id<'abuse-case'>
export type IncidentId = Id<'incident'>
export type ReminderId = Id<'reminder'>
export type NoticeId = Id<'notice'>
export type DeliveryId = Id<'delivery'>
export type HookId = Id<'hook'>
export type DeviceId = Id<'device'>
export type DigestId = Id<'digest'>
export type BriefId = Id<'brief'>
export type CategoryId = Id<'category'>
export type ArticleId = Id<'article'>
export type CannedId = Id<'canned'>
export type ChangeId = Id<'change'>
export type SiteId = Id<'site'>
export type LineId = Id<'line'>
export type CallId = Id<'call'>
export type CallbackId = Id<'callback'>
export type RecordingId = Id<'recording'>
export type CustomerTextId = Id<'customer-text'>
export type AppraisalMonthId = Id<'appraisal-month'>
export type AppraisalId = Id<'appraisal'>
export type ShiftNoteId = Id<'shift-note'>
export type MeasureId = Id<'measure'>
export type CoachingId = Id<'coaching'>
export type CommendationId = Id<'commendation'>
export type PraiseId = Id<'praise'>
export type DocumentRequestId = Id<'document-request'>
export type FalseRecordId = Id<'false-record'>
export type EventId = Id<'event'>

/** True for the text of a positive bigint; anything else is nobody's id and answers 404 like a missing row. */
export const isId = (text: string): boolean => /^[1-9][0-9]{0,17}$/.test(text)
