import type { MailKind } from '../events/notifications.ts'
import type { CustomerId, MailId, StaffId, TicketId } from '../kernel/ids.ts'
import type { PlatformTables } from './tables.ts'
import { announce, type Tx } from './transaction.ts'

/** What is to be said to somebody outside the house. */
export type Outgoing = To & {
  readonly kind: MailKind
  /** The conversation it quotes: its words go with that customer's. */
  readonly ticketId?: TicketId
  /** Null where nobody knows one: it is kept for a person who hands it over. */
  readonly recipient: string | null
  readonly subject: string
  /** With `LINK_MARK` where the private link stands. */
  readonly text: string
  readonly html: string | null
  readonly link: string
  readonly linkUntil: Date
  /** A file of ours that goes with it. */
  readonly file?: LetterFile
}

export type LetterFile = { readonly name: string; readonly type: string; readonly text: string }

/** A colleague, or a customer. */
type To =
  | { readonly staffId: StaffId; readonly customerId?: undefined }
  | { readonly customerId: CustomerId; readonly staffId?: undefined }

/** Stands for the private link in texts: the link itself is kept apart and forgotten once it was sent or is over. */
export const LINK_MARK = '[[link]]'
/** Of a letter with several private links, one a line in `link`: the mark of the first is `linkMark(1)`. */
export const linkMark = (at: number): string => `[[link ${at}]]`
/** A text with its links put in, as it goes out. */
export const withLinks = (text: string, link: string | null): string =>
  text.replaceAll(/\[\[link(?: (\d+))?\]\]/g, (_, at?: string) => (link ?? '').split('\n')[Number(at ?? 1) - 1] ?? '')
/** The same with something in place of the links, for whoever must not have them. */
export const withoutLinks = (text: string, instead: string): string =>
  text.replaceAll(/\[\[link(?: \d+)?\]\](#\w+)?/g, instead)

/** Stands for the digits by which a number is proved: they are worked out when it goes, and kept nowhere. */
export const CODE_MARK = '[[code]]'

/** A short message to a customer. */
export type Text = {
  readonly kind: MailKind
  readonly customerId: CustomerId
  readonly ticketId: TicketId | null
  /** E.164 */
  readonly number: string
  /** With `LINK_MARK` and `CODE_MARK` where those stand. */
  readonly text: string
  readonly link: string | null
  /** From then on it is not worth sending, and its link is over. */
  readonly until: Date
}

/** Leaves a short message in the act's own transaction; the ticker finds it, and the job `send-texts` sends it at most once. */
export async function leaveText<DB extends PlatformTables>(tx: Tx<DB>, text: Text): Promise<MailId> {
  const { db, now } = tx as unknown as Tx<PlatformTables>
  const { id } = await db
    .insertInto('outgoing_mails')
    .values({
      channel: 'sms',
      kind: text.kind,
      about: `customer:${text.customerId}`,
      ticket_id: text.ticketId,
      recipient: text.number,
      subject: '',
      text: text.text,
      html: null,
      link: text.link,
      link_until: text.until,
      state: 'pending',
      due_at: now,
      made_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const mailId = id as MailId
  await announce(tx, 'mail.left', { mailId, kind: text.kind, staffId: null }, { about: [] })
  return mailId
}

/** Leaves a letter in the act's own transaction; the ticker finds it, and the job `send-mail` sends it at most once. */
export async function leaveMail<DB extends PlatformTables>(tx: Tx<DB>, letter: Outgoing): Promise<MailId> {
  const { db, now } = tx as unknown as Tx<PlatformTables>
  const row = await db
    .insertInto('outgoing_mails')
    .values({
      kind: letter.kind,
      about: letter.customerId ? `customer:${letter.customerId}` : `staff:${letter.staffId}`,
      ticket_id: letter.ticketId ?? null,
      recipient: letter.recipient,
      subject: letter.subject,
      text: letter.text,
      html: letter.html,
      link: letter.link,
      link_until: letter.linkUntil,
      file_name: letter.file?.name ?? null,
      file_type: letter.file?.type ?? null,
      file_text: letter.file?.text ?? null,
      state: 'pending',
      due_at: now,
      made_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const mailId = row.id as MailId
  await announce(tx, 'mail.left', { mailId, kind: letter.kind, staffId: letter.staffId ?? null }, { about: [] })
  return mailId
}
