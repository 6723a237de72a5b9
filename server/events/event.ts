import type { AbuseEvents } from './abuse.ts'
import type { AccountEvents } from './accounts.ts'
import type { AppraisalEvents } from './appraisal.ts'
import type { AttendanceEvents } from './attendance.ts'
import type { CallEvents } from './calls.ts'
import type { ClockEvents } from './clocks.ts'
import type { CustomerEvents } from './customers.ts'
import type { DeskEvents } from './desk.ts'
import type { EscalationEvents } from './escalations.ts'
import type { IncidentEvents } from './incidents.ts'
import type { KnowledgeEvents } from './knowledge.ts'
import type { MailEvents } from './mail.ts'
import type { NotificationEvents } from './notifications.ts'
import type { ObligationEvents } from './obligations.ts'
import type { OperationEvents } from './operation.ts'
import type { PrivacyEvents } from './privacy.ts'
import type { PromiseEvents } from './promises.ts'
import type { RatingEvents } from './ratings.ts'
import type { RecognitionEvents } from './recognition.ts'
import type { RecordEvents } from './records.ts'
import type { ReportEvents } from './reports.ts'
import type { RosterEvents } from './roster.ts'
import type { SettingEvents } from './settings.ts'
import type { TicketEvents } from './tickets.ts'

/** Everything the house can say, past tense: name → payload. Payloads hold ids, states, numbers and instants, never words. */
export type Events = AbuseEvents &
  AccountEvents &
  AppraisalEvents &
  AttendanceEvents &
  CallEvents &
  ClockEvents &
  CustomerEvents &
  DeskEvents &
  EscalationEvents &
  IncidentEvents &
  KnowledgeEvents &
  MailEvents &
  PrivacyEvents &
  PromiseEvents &
  NotificationEvents &
  ObligationEvents &
  OperationEvents &
  RatingEvents &
  RecognitionEvents &
  RecordEvents &
  ReportEvents &
  RosterEvents &
  SettingEvents &
  TicketEvents
export type EventName = keyof Events

/** An instant as ISO 8601 text in UTC. */
export type Instant = string & { readonly instant: true }
export const instant = (at: Date): Instant => at.toISOString() as Instant

/** One event as the log keeps it. */
export type HouseEvent<Name extends EventName = EventName> = {
  [N in Name]: { readonly id: string; readonly name: N; readonly payload: Events[N]; readonly about: readonly string[] }
}[Name]
