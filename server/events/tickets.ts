import type {
  AssignmentId,
  CategoryId,
  MessageId,
  NoteId,
  RatingId,
  ShiftId,
  StaffId,
  TicketId,
  TranscriptId,
} from '../kernel/ids.ts'
import type { Instant } from './event.ts'

export type Channel = 'web' | 'widget' | 'form' | 'phone' | 'api' | 'mail'
export type AssignmentEnd = 'resolved' | 'transferred' | 'returned' | 'lease_lost' | 'shift_over' | 'spam' | 'merged'
type Assigned = { ticketId: TicketId; assignmentId: AssignmentId; staffId: StaffId; epoch: number }

export type TicketEvents = {
  'ticket.created': { ticketId: TicketId; channel: Channel; categoryId: CategoryId | null; round: number }
  /** In the live queue: new, given back, or reopened. `head` stands before all that are not. */
  'ticket.queued': {
    ticketId: TicketId
    round: number
    head: boolean
    why: 'asked' | 'opened' | 'returned' | 'lease_lost' | 'shift_over' | 'reopened' | 'split'
  }
  'ticket.assigned': Assigned & {
    how: 'offer' | 'took' | 'given' | 'transfer' | 'entered' | 'undo'
    shiftId: ShiftId | null
  }
  'assignment.ended': Assigned & { why: AssignmentEnd }
  'ticket.described': { ticketId: TicketId; categoryId: CategoryId | null }
  'ticket.resolved': { ticketId: TicketId; round: number; by: StaffId | null; closesAt: Instant }
  'ticket.resolve_undone': { ticketId: TicketId; round: number }
  'ticket.reopened': { ticketId: TicketId; round: number; by: 'customer' | 'staff' }
  'ticket.closed': { ticketId: TicketId; round: number }
  'ticket.complained': { ticketId: TicketId; round: number }
  'ticket.marked_spam': { ticketId: TicketId }
  'ticket.merged': { ticketId: TicketId; intoId: TicketId }
  'ticket.split': { ticketId: TicketId; intoId: TicketId }
  'message.posted': { ticketId: TicketId; messageId: MessageId; seq: number; by: 'customer' | 'staff' | 'house' }
  /** Folded by the relay out of one batch of `message.posted`; never an event row of its own. */
  'ticket.touched': { ticketId: TicketId; lastSeq: number }
  'note.added': { ticketId: TicketId; noteId: NoteId; staffId: StaffId }
  /** The conversation is wished by mail. */
  'transcript.asked': { transcriptId: TranscriptId; ticketId: TicketId; by: 'customer' | 'staff' }
  'rating.asked': { ticketId: TicketId; ratingId: RatingId; round: number }
  'rating.given': { ticketId: TicketId; ratingId: RatingId; round: number; service: number; product: number | null }
  'rating.withdrawn': { ticketId: TicketId; ratingId: RatingId; round: number }
}
