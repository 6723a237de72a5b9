import type { CallbackId, CallId, LineId, PromiseId, RecordingId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Call = { callId: CallId; lineId: LineId }
type Callback = { callbackId: CallbackId; lineId: LineId }
export type LineAdapter = 'cti' | 'kamailio' | 'twilio' | 'moor'
/** How a call is over without a word between people. */
export type Unanswered = 'missed' | 'abandoned' | 'voicemail'
export type LoggedAs = 'new_ticket' | 'ticket' | 'wrong_number' | 'silent' | 'nuisance' | 'private'
export type CallbackEnd = 'called' | 'logged' | 'noted' | 'answered' | 'no_answer' | 'wrong_number' | 'not_wanted'

export type CallEvents = {
  'line.saved': { lineId: LineId; adapter: LineAdapter; by: StaffId }
  /** Its address is another one from now on. */
  'line.rekeyed': { lineId: LineId; by: StaffId }
  'line.removed': { lineId: LineId; by: StaffId }
  'extension.set': { staffId: StaffId; by: StaffId }
  'extension.removed': { staffId: StaffId; by: StaffId }
  'call.rang': Call & { direction: 'in' | 'out' }
  /** A blocked caller, or one number that rings too often: the line was told to say busy. */
  'call.rejected': Call & { why: 'banned' | 'flood' }
  /** An agent has said that it is theirs, before the line has told who lifted. */
  'call.claimed': Call & { staffId: StaffId }
  'call.declined': Call & { staffId: StaffId }
  'call.answered': Call & { direction: 'in' | 'out'; staffId: StaffId | null; answeredAt: Instant }
  'call.missed': Call & { direction: 'in' | 'out'; state: Unanswered }
  'call.ended': Call & { direction: 'in' | 'out'; staffId: StaffId | null; seconds: number; stuck: boolean }
  'call.noted': Call & { by: StaffId }
  'call.logged': Call & { ticketId: TicketId | null; as: LoggedAs; by: StaffId }
  'call.rated': Call & { score: number }
  'recording.named': Call & { recordingId: RecordingId; kind: 'voicemail' | 'recording' }
  'recording.settled': Call & { recordingId: RecordingId; state: 'stored' | 'refused' | 'failed' | 'over' }
  'callback.opened': Callback & { callId: CallId; dueAt: Instant }
  /** The same number again: no second row, only more pressing. */
  'callback.repeated': Callback & { callId: CallId; times: number }
  'callback.claimed': Callback & { by: StaffId }
  'callback.released': Callback & { from: StaffId }
  'callback.tried': Callback & { by: StaffId; outcome: 'no_answer' | 'busy' | 'reached' }
  'callback.promised': Callback & { promiseId: PromiseId; ticketId: TicketId; dueAt: Instant }
  'callback.overdue': Callback & { times: number }
  'callback.done': Callback & { by: StaffId | null; why: CallbackEnd }
  'callback.given_up': Callback & { by: StaffId; why: CallbackEnd; attempts: number }
}
