import type { Generated, JSONColumnType } from 'kysely'
import type { ErasureReason, RevealReason, Unusual } from './rules.ts'

export type PrivacyTables = {
  /** Who saw a customer in full for a while, and why. */
  reveals: {
    id: Generated<string>
    customer_id: string
    ticket_id: string | null
    staff_id: string
    reason: RevealReason
    words: string
    at: Date
    until: Date
    /** The night in which it was, for counting. */
    night: string
    unusual: Generated<Unusual[]>
  }
  customer_exports: {
    id: Generated<string>
    customer_id: string
    staff_id: string
    words: string
    at: Date
    rows: number
    files: number
  }
  erasures: {
    id: Generated<string>
    customer_id: string
    state: 'asked' | 'done' | 'withdrawn'
    reason: ErasureReason | 'retention'
    words: string
    asked_at: Date
    /** Null where the program did it, because the time was over. */
    asked_by: string | null
    ended_at: Date | null
    ended_by: string | null
    tickets: number | null
    rows: number | null
    files: number | null
    /** Rows by what they were: name of a keeper → rows. */
    counts: JSONColumnType<Record<string, number>> | null
  }
  retention_runs: { day: string; at: Date; counts: JSONColumnType<Record<string, number>> }
}
