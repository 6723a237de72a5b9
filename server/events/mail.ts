import type { IncomingId, MailId, StaffId, TicketId } from '../kernel/ids.ts'

export type RefusedBecause =
  | 'own'
  | 'bounce'
  | 'auto_reply'
  | 'list'
  | 'bulk'
  | 'no_sender'
  | 'flood'
  | 'measure'
  | 'unreadable'
  | 'empty'
  | 'failed'

export type MailEvents = {
  'letter.taken': { incomingId: IncomingId; ticketId: TicketId; opened: boolean; verified: boolean }
  'letter.refused': { incomingId: IncomingId; reason: RefusedBecause }
  /** A colleague takes what the house did not. */
  'letter.asked_again': { incomingId: IncomingId; staffId: StaffId }
  /** One of our letters came back. `mailId` as its signed Message-ID says. */
  'mail.bounced': { incomingId: IncomingId; mailId: MailId; ticketId: TicketId }
}
