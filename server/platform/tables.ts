import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { MailKind } from '../events/notifications.ts'

/** The event log, the outbox of what the relay has still to tell, the chain, and what reactions have done. */
export type PlatformTables = {
  events: {
    id: Generated<string>
    at: Date
    name: string
    actor: string
    payload: JSONColumnType<Record<string, unknown>>
  }
  outbox: { event_id: string; about: string[]; at: Date }
  event_chain: { n: string; event_id: string; hash: Buffer }
  processed: { key: string; at: Date }
  secrets: { name: string; value: Buffer }
  /** Everything that goes out to people, by whatever channel, with how that went (RELIABILITY 7). */
  outgoing_mails: {
    id: Generated<string>
    channel: Generated<'mail'>
    kind: MailKind
    /** What it is about: `staff:7`. */
    about: string
    recipient: string | null
    subject: string
    /** With `LINK_MARK` where `link` belongs. */
    text: string
    html: string | null
    link: string | null
    link_until: Date | null
    state: MailState
    attempts: Generated<number>
    /** In the server's words, or a code of ours. */
    error: Optional<string>
    /** When it is to be tried, or, while it is being sent, when its fate is called unknown. */
    due_at: Date | null
    made_at: Date
    settled_at: Optional<Date>
  }
}

export type MailState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown' | 'kept'
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
