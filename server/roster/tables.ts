import type { ColumnType, Generated } from 'kysely'
import type { Post } from '../kernel/capabilities.ts'

/** Computed by the database from `during`; read only. */
type Read<T> = ColumnType<T, never, never>

export type RosterTables = {
  shifts: {
    id: Generated<string>
    staff_id: string
    post: Post
    /** tstzrange `[)` as PostgreSQL writes it. */
    during: string
    starts_at: Read<Date>
    ends_at: Read<Date>
    /** The local date on which the night (or the day desk's day) begins, `2026-11-23`. */
    night: string
    kind: 'night' | 'day'
    created_at: Date
  }
}
