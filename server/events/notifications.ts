import type { MailId, ReminderId, StaffId } from '../kernel/ids.ts'

export type MailKind = 'invitation' | 'reset' | 'escalation' | 'reminder'
export type ReminderKind =
  | 'promise_soon'
  | 'promise_broken'
  | 'follow_up'
  | 'unaccepted'
  | 'ban_proposed'
  | 'ban_appealed'
export type ReminderPart = 'owner' | 'handler' | 'head' | 'second'

export type NotificationEvents = {
  'mail.left': { mailId: MailId; kind: MailKind; staffId: StaffId }
  /** `kept`: there is no mail server, or no address; a person hands it over. */
  'mail.settled': { mailId: MailId; state: 'sent' | 'failed' | 'unknown' | 'kept'; attempts: number }
  'mail.asked_again': { mailId: MailId }
  /** Somebody looked at the private link of a letter that could not be sent. */
  'mail.link_shown': { mailId: MailId }
  'reminder.made': { reminderId: ReminderId; staffId: StaffId; kind: ReminderKind; part: ReminderPart }
  'reminder.read': { reminderId: ReminderId; staffId: StaffId }
}
