import type { Generated } from 'kysely'
import type { AbuseState, ConductDuty, LiftReason } from '../../events/abuse.ts'
import type { AbuseAct } from './rules.ts'

export type AbuseTables = {
  /** One open case a customer. What stands here of words is the customer's own appeal, and what they were answered. */
  abuse_cases: {
    id: Generated<string>
    number: Generated<string>
    customer_id: string
    state: AbuseState
    /** What the customer is told that they are held to. */
    duty: ConductDuty
    /** When what is in force ends; null where nothing is. */
    until: Date | null
    /** As it was decided: one message in so many seconds while limited. */
    pace_seconds: number | null
    /** Keyed hash of the address range whose new visitors the measure holds for too; null: for the customer alone. */
    range_hash: Generated<Buffer | null>
    opened_at: Date
    proposed_by: string | null
    proposed_at: Date | null
    proposed_days: number | null
    confirmed_by: string | null
    appeal: string | null
    appealed_at: Date | null
    answer: string | null
    answered_by: string | null
    answered_at: Date | null
    lifted_at: Date | null
    lifted_why: LiftReason | null
    version: Generated<number>
  }
  abuse_flags: {
    id: Generated<string>
    case_id: string
    ticket_id: string
    reason: ConductDuty
    /** For colleagues; may be empty. */
    note: string
    /** The messages chosen as evidence; null: all up to `upto`. */
    seqs: number[] | null
    upto: number
    flagged_by: string
    flagged_at: Date
  }
  abuse_steps: {
    id: Generated<string>
    case_id: string
    act: AbuseAct
    /** Null: the customer, or its time was over. */
    staff_id: string | null
    why: string
    until: Date | null
    /** Decided for new visitors of the same address range too. */
    with_range: Generated<boolean>
    at: Date
  }
}
