import type { Generated } from 'kysely'
import type { ChannelKind, ClockKind, Hours, Outcome, Priority } from './rules.ts'

export type SlaTables = {
  /** What is agreed for some tickets; columns left null hold for all. */
  sla_policies: {
    id: Generated<string>
    channel: ChannelKind | null
    category_id: string | null
    priority: Priority | null
    first_seconds: number
    next_seconds: number
    resolution_seconds: number
    hours: Hours
    position: number
    active: Generated<boolean>
    changed_by: string | null
    changed_at: Date
  }
  /** Frozen when first applied; `seen_seq` is the last word that the clocks have heard. */
  ticket_sla: {
    ticket_id: string
    policy_id: string | null
    first_seconds: number
    next_seconds: number
    resolution_seconds: number
    hours: Hours
    agreed_at: Date
    seen_seq: Generated<number>
    /** Heard in passing: the countdown on the ticket itself is not written yet. */
    late: Generated<boolean>
  }
  ticket_clocks: {
    id: Generated<string>
    ticket_id: string
    round: number
    kind: ClockKind
    target_seconds: number
    started_at: Date
    /** Null while it stands still or after its end. */
    due_at: Date | null
    left_seconds: number | null
    paused_at: Date | null
    ended_at: Date | null
    outcome: Outcome | null
    warn_at: Date | null
    warned_at: Date | null
    breached_at: Date | null
    version: Generated<number>
  }
  /** Stretches in which a department or a post on duty has it: the agent's clocks stand still. */
  ticket_pauses: { ticket_id: string; ref: string; from_at: Date; to_at: Date | null }
}
