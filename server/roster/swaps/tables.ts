import type { ColumnType, Generated } from 'kysely'
import type { SwapFinding, SwapState } from './rules.ts'

export type SwapTables = {
  swaps: {
    id: Generated<string>
    state: SwapState
    requester_id: string
    /** Whoever asked stands in it until it is applied. */
    shift_id: string
    substitute_id: string | null
    /** What the substitute gives for it; null: they only cover. */
    back_shift_id: string | null
    emergency: Generated<boolean>
    reason: string
    /** What shows the emergency, in the files of the house. */
    proof_file: string | null
    proof_type: string | null
    proof_name: string | null
    /** Why the rules do not let it be, as of when they were asked last. */
    findings: ColumnType<readonly SwapFinding[], string | undefined, string>
    made_at: Date
    asked_at: Date | null
    accepted_at: Date | null
    hr_by: string | null
    hr_at: Date | null
    manager_by: string | null
    manager_at: Date | null
    /** Of whoever said no. */
    answer: string | null
    applied_at: Date | null
    /** Who wants it undone; the other agrees. */
    reversal_by: string | null
    reversal_at: Date | null
    ended_at: Date | null
    /** When it lapses. */
    next_at: Date | null
    version: Generated<number>
  }
}
