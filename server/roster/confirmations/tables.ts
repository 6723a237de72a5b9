import type { Generated } from 'kysely'
import type { AskedState } from './rules.ts'

export type ConfirmationTables = {
  /** Whoever was asked whether they can stand in a published shift; without a row it is planned. */
  shift_confirmations: {
    shift_id: string
    staff_id: string
    state: AskedState
    asked_at: Date
    /** Published so late that a change 48 hours ahead was not possible any more: exempt from that rule. */
    late_published: boolean
    /** The proof that the question arrived; from here on the hours to answer run. */
    delivered_at: Date | null
    seen_at: Date | null
    /** Until when to answer. */
    due_at: Date | null
    /** How often they were reminded. */
    nudges: Generated<number>
    /** When they are reminded next, or their time is over. */
    next_at: Date | null
    answered_at: Date | null
    answered_by: string | null
    how: 'person' | 'check_in' | 'hr' | null
    cannot_reason: string | null
    version: Generated<number>
  }
}
