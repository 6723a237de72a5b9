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
  /** `chained`: told before, and left for a reaction that nobody took. */
  outbox: { event_id: string; about: string[]; at: Date; chained: Generated<boolean> }
  event_chain: { n: string; event_id: string; hash: Buffer }
  processed: { key: string; at: Date }
  secrets: { name: string; value: Buffer }
  /** Every process at work, as it said of itself within the last five seconds. */
  processes: {
    name: string
    role: string
    version: string
    runtime: string
    started_at: Date
    seen_at: Date
    facts: JSONColumnType<ProcessFacts>
  }
  /** Everything that goes out to people, by whatever channel, with how that went (RELIABILITY 7). */
  outgoing_mails: {
    id: Generated<string>
    channel: Generated<'mail' | 'sms'>
    kind: MailKind
    /** Whom it is for: `staff:7`, `customer:9`. */
    about: string
    /** The conversation it quotes. */
    ticket_id: Optional<string>
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
    /** A file of ours that goes with it. */
    file_name: Optional<string>
    file_type: Optional<string>
    file_text: Optional<string>
  }
}

export type ProcessFacts = {
  /** Open lines of customers and of staff. */
  readonly sockets: { readonly chat: number; readonly desk: number }
  /** Connections to the database: in use and open, and how many acts wait for one. */
  readonly connections: { readonly busy: number; readonly open: number; readonly waiting: number }
  readonly redis: 'none' | 'there' | 'away'
  readonly memoryMegabytes: number
  /** How late this process was at most, in 99 of 100 turns of its event loop. */
  readonly loopMilliseconds: number
  readonly ticker: TickerFacts
}

export type TickerFacts = {
  /** When the ticker of this process last looked at everything, ISO 8601; null before its first look. */
  readonly lookedAt: string | null
  /** By kind of deadline: how many were done here, and the latest of them. */
  readonly late: readonly { readonly kind: string; readonly count: number; readonly milliseconds: number }[]
}

export type MailState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown' | 'kept' | 'dropped'
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
