import type { AccountTables } from './accounts/tables.ts'
import type { AppraisalTables } from './appraisal/tables.ts'
import type { AttendanceTables } from './attendance/tables.ts'
import type { CallTables } from './calls/tables.ts'
import type { IncomingTables } from './chat/mail/tables.ts'
import type { VisitTables } from './chat/visits/tables.ts'
import type { AbuseTables } from './customers/abuse/tables.ts'
import type { PrivacyTables } from './customers/privacy/tables.ts'
import type { CustomerTables } from './customers/tables.ts'
import type { VerificationTables } from './customers/verification/tables.ts'
import type { DeskTables } from './desk/tables.ts'
import type { EscalationTables } from './escalations/tables.ts'
import type { IncidentTables } from './incidents/tables.ts'
import type { KnowledgeTables } from './knowledge/tables.ts'
import type { CustomerLetterTables } from './notifications/customers/tables.ts'
import type { ReminderTables } from './notifications/reminders/tables.ts'
import type { NoticeTables } from './notifications/tables.ts'
import type { CustomerTextTables } from './notifications/texts/tables.ts'
import type { ObligationTables } from './obligations/tables.ts'
import type { PlatformTables } from './platform/tables.ts'
import type { Reader as ReaderOf, Transact as TransactOf, Tx as TxOf } from './platform/transaction.ts'
import type { PolicyTables } from './policies/tables.ts'
import type { RecognitionTables } from './recognition/tables.ts'
import type { RecordTables } from './records/tables.ts'
import type { ReportTables } from './reports/tables.ts'
import type { ConfirmationTables } from './roster/confirmations/tables.ts'
import type { ExceptionTables } from './roster/exceptions/tables.ts'
import type { FeedTables } from './roster/feeds/tables.ts'
import type { MonthTables } from './roster/months/tables.ts'
import type { SignatureTables } from './roster/signatures/tables.ts'
import type { SwapTables } from './roster/swaps/tables.ts'
import type { RosterTables } from './roster/tables.ts'
import type { SettingsTables } from './settings/tables.ts'
import type { ConductTables } from './tickets/conduct/tables.ts'
import type { FileTables } from './tickets/files/tables.ts'
import type { MergeTables } from './tickets/merging/tables.ts'
import type { PromiseTables } from './tickets/promises/tables.ts'
import type { RatingTables } from './tickets/ratings/tables.ts'
import type { SlaTables } from './tickets/sla/tables.ts'
import type { TicketTables } from './tickets/tables.ts'
import type { TranscriptTables } from './tickets/transcripts/tables.ts'

/** Every table of the house. Types only; queries and actions import it as a type. */
export type Database = PlatformTables &
  SettingsTables &
  PolicyTables &
  KnowledgeTables &
  ObligationTables &
  AccountTables &
  CustomerTables &
  AbuseTables &
  PrivacyTables &
  RosterTables &
  ConfirmationTables &
  SwapTables &
  ExceptionTables &
  SignatureTables &
  MonthTables &
  FeedTables &
  AttendanceTables &
  TicketTables &
  RatingTables &
  SlaTables &
  PromiseTables &
  MergeTables &
  FileTables &
  ConductTables &
  DeskTables &
  IncomingTables &
  CallTables &
  CustomerTextTables &
  EscalationTables &
  IncidentTables &
  ReminderTables &
  NoticeTables &
  VerificationTables &
  VisitTables &
  TranscriptTables &
  CustomerLetterTables &
  RecordTables &
  RecognitionTables &
  AppraisalTables &
  ReportTables

/** An open transaction with its actor and its instant: what every action takes first. */
export type Tx = TxOf<Database>
/** What a query reads from: the database, or `tx.db` inside a transaction. */
export type Reader = ReaderOf<Database>
export type Transact = TransactOf<Database>
