import type { CustomerLetterId, MailId, ReminderId, StaffId, TicketId } from '../kernel/ids.ts'

export type MailKind = 'invitation' | 'reset' | 'escalation' | 'reminder' | 'verification' | CustomerLetterKind
/** About a conversation, to whoever asked; to proved addresses alone. */
export type CustomerLetterKind = 'unread' | 'transcript' | 'morning'
type CustomerLetter = { letterId: CustomerLetterId; ticketId: TicketId; kind: CustomerLetterKind }
export type ReminderKind = 'promise_soon' | 'promise_broken' | 'follow_up' | 'unaccepted'
export type ReminderPart = 'owner' | 'handler' | 'head'

export type NotificationEvents = {
  'mail.left': { mailId: MailId; kind: MailKind; staffId: StaffId | null }
  /** `dropped`: nobody needs it any more. `kept`: there is no mail server, or no address; a person hands it over. */
  'mail.settled': { mailId: MailId; state: 'sent' | 'failed' | 'unknown' | 'kept' | 'dropped'; attempts: number }
  'mail.asked_again': { mailId: MailId }
  /** Somebody looked at the private link of a letter that could not be sent. */
  'mail.link_shown': { mailId: MailId }
  'customer_letter.left': CustomerLetter & { mailId: MailId }
  /** There is no proved address of theirs: it waits, at most until the night is over. */
  'customer_letter.held': CustomerLetter
  /** What waited is released: the address was proved. */
  'customer_letter.released': CustomerLetter
  /** Nobody could be written to by morning: somebody has to call. */
  'customer_letter.unreached': CustomerLetter
  'reminder.made': { reminderId: ReminderId; staffId: StaffId; kind: ReminderKind; part: ReminderPart }
  'reminder.read': { reminderId: ReminderId; staffId: StaffId }
}
