import type { Generated } from 'kysely'
import type { Post } from '../kernel/capabilities.ts'
import type { ObligationKind, ObligationState } from '../kernel/obligations.ts'

export type ObligationTables = {
  obligations: {
    id: Generated<string>
    kind: ObligationKind
    /** The row of REGULATION.md. */
    clause: number
    /** Whose it is; null where it is owed by whoever answers on a post or in a department. */
    staff_id: string | null
    post: Post | null
    department_id: string | null
    /** The shift that brought it: it moves and goes with it. */
    shift_id: string | null
    /** What it is about, `shift:42`; `part` tells several of a kind about one subject apart. */
    subject: string
    part: string
    /** From when it can be done; null: at any time. */
    opens_at: Date | null
    due_at: Date
    grace_minutes: number
    /** Due and grace together. */
    late_at: Date
    /** When nobody can do it any more; null: late, until it is done. */
    missed_at: Date | null
    state: ObligationState
    done_at: Date | null
    done_by: string | null
    /** Where one goes to do it. */
    path: string | null
    /** What proves it, `attendance:9`. */
    record: string | null
    /** When it changes by itself; null: never again. */
    next_at: Date | null
    excused_at: Date | null
    excused_by: string | null
    excused_from: 'late' | 'missed' | null
    excuse_reason: string | null
    excuse_link: string | null
    made_at: Date
    version: Generated<number>
  }
}
