import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { RefusedBecause } from '../../events/mail.ts'
import type { Remark } from './rules.ts'

export type IncomingTables = {
  /** Every letter that came to the company's mailbox, each once. Of what was taken only that it was, and what its thread is known by. */
  incoming_mails: {
    id: Generated<string>
    /** `desk@mail.example.com/INBOX` */
    mailbox: string
    uid_validity: string
    uid: string
    /** SHA-256 of Message-ID and sender, or of the whole letter where it has no Message-ID. */
    message_key: Buffer
    state: 'taken' | 'refused' | 'bounce'
    reason: RefusedBecause | null
    ticket_id: string | null
    /** Whether it opened that ticket, or went on with it. */
    opened: Generated<boolean>
    /** Whether the receiving server has shown that it comes from that address. */
    verified: Generated<boolean>
    remarks: Generated<Remark[]>
    sender: string | null
    subject: string | null
    /** Of what was taken: as the customer's own program calls it, for `In-Reply-To` of our answers. */
    message_id: ColumnType<string | null, string | null | undefined, string | null>
    /** Of what was refused, as far as they say why. */
    headers: JSONColumnType<Record<string, string>> | null
    /** The whole letter, of what was refused: its file. */
    raw: JSONColumnType<{ file: string; whole: boolean }> | null
    bytes: string
    arrived_at: Date
    settled_at: Date
  }
  /** Who reads a mailbox, until when, and how it goes. */
  mailbox_readers: {
    mailbox: string
    holder: string
    held_until: Date
    read_at: Date | null
    trouble: string | null
    trouble_since: Date | null
    /** When the duty manager was told of it; null while it is short, or over. */
    alarmed_at: Generated<Date | null>
    /** The letter that is being taken, and how often a process has begun with it and not come back. */
    trying: Generated<string | null>
    tries: Generated<number>
  }
}
