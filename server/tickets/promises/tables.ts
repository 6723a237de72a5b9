import type { Generated } from 'kysely'
import type { PromiseKind, PromiseState } from './rules.ts'

export type PromiseTables = {
  /** Owned by the shift, so that it does not go home with whoever made it. */
  promises: {
    id: Generated<string>
    ticket_id: string
    round: number
    kind: PromiseKind
    state: PromiseState
    due_at: Date
    remind_at: Date
    reminded_at: Date | null
    made_at: Date
    made_by: string | null
    shift_id: string | null
    /** What it belongs to, `escalation:12`; null where an agent made it by itself. */
    ref: string | null
    ended_at: Date | null
    ended_by: string | null
    moved_to: string | null
    /** The round of its ticket whose end has ended it; null where it ended by itself. */
    ended_with_round: Generated<number | null>
    version: Generated<number>
  }
}
