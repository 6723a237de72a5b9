import type { Generated } from 'kysely'
import type { ReturnReason } from '../events/escalations.ts'
import type { EscalationState, TargetPost } from './rules.ts'

export type EscalationTables = {
  escalations: {
    id: Generated<string>
    ticket_id: string
    round: number
    state: EscalationState
    department_id: string | null
    /** One person of that department, where one was meant. */
    person_id: string | null
    post: TargetPost | null
    need: string
    tried: string
    contact: string
    /** By when the customer hears of it; the agent promised so. */
    promised_at: Date | null
    decided_at: Date
    decided_by: string
    sent_at: Date | null
    sent_by: string | null
    /** When the next one up is told, while nobody has accepted. */
    accept_due_at: Date | null
    /** 0 nobody, 1 the duty manager, 2 the head. */
    step: Generated<number>
    /** The step for which letters have been left: 1 the handlers, 2 the head. */
    letters: Generated<number>
    accepted_at: Date | null
    accepted_by: string | null
    answered_at: Date | null
    answered_by: string | null
    /** For colleagues. */
    result: string | null
    /** What the customer will read. */
    for_customer: string | null
    told_at: Date | null
    told_by: string | null
    ended_at: Date | null
    return_reason: ReturnReason | null
    return_words: string | null
    better_department_id: string | null
    /** Where it belongs when a merge is taken apart; null while it was never moved. */
    origin_ticket_id: Generated<string | null>
    version: Generated<number>
  }
  /** Words between the agent and the department, both ways; never the customer's. */
  escalation_notes: {
    id: Generated<string>
    escalation_id: string
    staff_id: string
    side: 'agent' | 'department'
    client_id: string
    body: string
    at: Date
  }
  /** A mail's link opens exactly one request as exactly one person, for a while. */
  escalation_links: {
    token_hash: Buffer
    escalation_id: string
    staff_id: string
    made_at: Date
    expires_at: Date
  }
  escalation_offers: {
    id: Generated<string>
    escalation_id: string
    staff_id: string
    hop: number
    state: 'made' | 'taken' | 'passed' | 'expired' | 'withdrawn'
    made_at: Date
    expires_at: Date
    ended_at: Date | null
  }
}
