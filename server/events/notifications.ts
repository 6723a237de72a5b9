import type {
  BriefId,
  CustomerLetterId,
  DeliveryId,
  DepartmentId,
  DeviceId,
  DigestId,
  HookId,
  MailId,
  NoticeId,
  ReminderId,
  StaffId,
  TicketId,
} from '../kernel/ids.ts'

export type MailKind =
  | 'invitation'
  | 'reset'
  | 'escalation'
  | 'reminder'
  | 'notice'
  | 'digest'
  | 'brief'
  | 'report'
  | 'verification'
  /** By SMS: when we call back, and the code by which a number is proved. */
  | 'callback'
  | 'code'
  | CustomerLetterKind
/** About a conversation, to whoever asked; to proved addresses alone. */
export type CustomerLetterKind = 'unread' | 'transcript' | 'morning'
type CustomerLetter = { letterId: CustomerLetterId; ticketId: TicketId; kind: CustomerLetterKind }
export type ReminderKind =
  | 'promise_soon'
  | 'promise_broken'
  | 'follow_up'
  | 'unaccepted'
  | 'ban_proposed'
  | 'ban_appealed'
export type ReminderPart = 'owner' | 'handler' | 'head' | 'second'
/** What colleagues are told about; each person chooses channels by it. */
export type NoticeKind =
  | 'alarm'
  | 'incident'
  | 'request'
  | 'answer'
  | 'promise'
  | 'follow_up'
  | 'unaccepted'
  | 'roster'
  | 'attendance'
  | 'appraisal'
  | 'recognition'
  | 'document'
  | 'brief'
  | 'away'
  | 'test'
export type NoticeImportance = 'info' | 'important' | 'duty'
export type NoticePart = 'own' | 'post' | 'up'
export type NoticeChannel = 'page' | 'mail' | 'push' | 'sms' | 'voice' | 'wecom' | 'dingtalk' | 'feishu'
export type HookChannel = Exclude<NoticeChannel, 'page' | 'mail' | 'push'>
export type DeliveryState = 'pending' | 'sending' | 'sent' | 'seen' | 'failed' | 'unknown'

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
  /** One person is told; more of the same only counts in the notice. */
  'notice.made': {
    noticeId: NoticeId
    staffId: StaffId
    kind: NoticeKind
    importance: NoticeImportance
    part: NoticePart
  }
  /** Nobody has read it: told again, under a new page id. */
  'notice.repeated': { noticeId: NoticeId; staffId: StaffId; round: number }
  'notice.seen': { noticeId: NoticeId; staffId: StaffId }
  /** The receipt: "I have read it". */
  'notice.read': { noticeId: NoticeId; staffId: StaffId }
  /** What it was about is over. */
  'notice.settled': { noticeId: NoticeId; count: number }
  'delivery.settled': {
    deliveryId: DeliveryId
    noticeId: NoticeId
    staffId: StaffId | null
    channel: NoticeChannel
    state: 'sent' | 'failed' | 'unknown'
    attempts: number
  }
  'delivery.asked_again': { deliveryId: DeliveryId }
  /** A robot, or the gateway for SMS or voice. */
  'hook.saved': { hookId: HookId; channel: HookChannel; departmentId: DepartmentId | null; by: StaffId }
  'hook.removed': { hookId: HookId; by: StaffId }
  'hook.tested': { hookId: HookId; by: StaffId }
  'device.added': { deviceId: DeviceId; staffId: StaffId }
  'device.removed': { deviceId: DeviceId; staffId: StaffId; why: 'person' | 'gone' }
  'notice.channels_chosen': { staffId: StaffId; kind: NoticeKind; channels: readonly NoticeChannel[] }
  'digest.written': { digestId: DigestId; departmentId: DepartmentId; fresh: number; overdue: number; letters: number }
  'brief.drafted': { briefId: BriefId }
  'brief.edited': { briefId: BriefId; by: StaffId }
  'brief.sent': { briefId: BriefId; by: StaffId | null; letters: number }
}
