import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { CallbackEnd, LineAdapter, LoggedAs } from '../events/calls.ts'
import type { AttemptOutcome, CallbackState } from './callbacks/rules.ts'
import type { AudioFile, RecordingKind, RecordingState, WhyNotKept } from './recordings/rules.ts'
import type { CallState, Cause } from './rules.ts'

export type CallTables = {
  /** A number that the company is called at, and how its events arrive. */
  phone_lines: {
    id: Generated<string>
    name: string
    /** As it is shown to people. */
    number: string
    adapter: LineAdapter
    token_hash: Buffer
    /** What events are signed with, where they are. */
    secret: string | null
    /** From where events may come; empty: from anywhere. */
    addresses: string[]
    /** From where recordings are fetched; empty: from nowhere. */
    recording_hosts: string[]
    voicemail: boolean
    ring_seconds: number
    made_at: Date
    made_by: string | null
    heard_at: Optional<Date>
    /** The last request that was refused, and how many there were. */
    refused_at: Optional<Date>
    refused_why: Optional<'address' | 'signature' | 'old'>
    refused_count: Generated<number>
    removed_at: Optional<Date>
  }
  phone_extensions: { extension: string; staff_id: string; set_at: Date }
  /** One row a call; what is known of it only grows, and its state follows (rules.ts). */
  calls: {
    id: Generated<string>
    line_id: string
    call_key: string
    direction: 'in' | 'out'
    state: CallState
    /** The other side: E.164, a service number as it is dialled; null where it does not say. */
    number: string | null
    called: string | null
    queue: string | null
    /** Extensions, logins or ids that were rung. */
    users: string[]
    test: boolean
    began_at: Date
    rang_at: Date | null
    answered_at: Date | null
    voicemail_at: Date | null
    ended_at: Date | null
    cause: Cause | null
    rejected_at: Date | null
    rejected_why: 'banned' | 'flood' | null
    /** When the ticker closes it, if nobody says how it ended. */
    closes_at: Date | null
    claimed_by: Optional<string>
    claimed_at: Optional<Date>
    answered_by: Optional<string>
    /** Who lifted, as the line names them. */
    answered_user: string | null
    shift_id: Optional<string>
    note: Generated<string>
    ticket_id: Optional<string>
    customer_id: Optional<string>
    logged_at: Optional<Date>
    logged_by: Optional<string>
    logged_as: Optional<LoggedAs>
    score: number | null
    score_at: Date | null
    score_landed: Generated<boolean>
    rating_asked_at: Optional<Date>
    callback_id: Optional<string>
    version: Generated<number>
  }
  /** As they came, never changed: what a line said, and what was made of it. */
  call_events: {
    id: Generated<string>
    line_id: string
    call_id: string | null
    key: string
    name: string
    outcome: 'taken' | 'nothing' | 'unreadable'
    at: Date
    digit: string | null
    received_at: Date
    raw: JSONColumnType<Record<string, unknown>, string, string>
  }
  call_declines: { call_id: string; staff_id: string; at: Date }
  callbacks: {
    id: Generated<string>
    number: string
    line_id: string
    state: CallbackState
    /** How many calls of this number nobody took. */
    times: number
    opened_at: Date
    last_at: Date
    due_at: Date
    overdue_at: Optional<Date>
    claimed_by: Optional<string>
    claimed_at: Optional<Date>
    attempts: Generated<number>
    ticket_id: Optional<string>
    customer_id: Optional<string>
    promise_id: Optional<string>
    promised_at: Optional<Date>
    ended_at: Optional<Date>
    ended_by: Optional<string>
    ended_why: Optional<CallbackEnd>
    words: Optional<string>
    version: Generated<number>
  }
  callback_attempts: {
    id: Generated<string>
    callback_id: string
    client_id: string
    staff_id: string
    at: Date
    outcome: AttemptOutcome
    words: string
  }
  call_recordings: {
    id: Generated<string>
    call_id: string
    kind: RecordingKind
    url: string
    url_key: Buffer
    state: RecordingState
    due_at: Date | null
    attempts: Generated<number>
    why: Optional<WhyNotKept>
    file: JSONColumnType<AudioFile, string | null, string | null> | null
    name: Optional<string>
    made_at: Date
    settled_at: Optional<Date>
  }
}

/** Nullable, and null where nobody says otherwise. */
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
