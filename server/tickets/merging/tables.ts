import type { Generated, JSONColumnType } from 'kysely'
import type { TicketState } from '../rules.ts'

export type MergeTables = {
  /** One ticket in another, until it is taken out again. Messages keep their ticket and their number. */
  ticket_merges: {
    id: Generated<string>
    from_id: string
    into_id: string
    state_before: TicketState
    closes_before: Date | null
    /** What went along, to be given back: holds as `kind:ref`, ids of promises. */
    holds: JSONColumnType<{ kind: string; ref: string }[]>
    promises: string[]
    visitor_moved: boolean
    merged_at: Date
    merged_by: string
    split_at: Date | null
    split_by: string | null
  }
}
