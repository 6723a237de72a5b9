import type { PromiseId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Promised = { promiseId: PromiseId; ticketId: TicketId; kind: 'call' | 'update' | 'result' }
type Ended = Promised & { by: StaffId | null }

export type PromiseEvents = {
  'promise.made': Promised & { dueAt: Instant }
  'promise.due_soon': Promised
  'promise.kept': Ended
  'promise.broken': Ended
  'promise.moved': Ended
  'promise.void': Ended
  /** The resolve that ended it was taken back: it is owed again, at its own time. */
  'promise.resumed': Promised & { dueAt: Instant }
  /** Nothing has happened on an open ticket until its next time. */
  'ticket.follow_up_due': { ticketId: TicketId; staffId: StaffId | null; state: 'new' | 'queued' | 'open' }
  'ticket.confirmed': { ticketId: TicketId; round: number }
}
