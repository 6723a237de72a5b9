import type { Post } from '../kernel/capabilities.ts'
import type { DepartmentId, EscalationId, EscalationOfferId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Escalation = { escalationId: EscalationId; ticketId: TicketId }
type Offer = Escalation & { offerId: EscalationOfferId; staffId: StaffId; hop: number }
export type ReturnReason = 'not_ours' | 'not_enough' | 'not_possible'
/** Who was told because nobody accepted: the duty manager first, then the head of the department. */
export type EscalationStep = 'manager' | 'head'

export type EscalationEvents = {
  'escalation.decided': Escalation & { by: StaffId }
  'escalation.discarded': Escalation
  'escalation.sent': Escalation & {
    departmentId: DepartmentId | null
    post: Post | null
    personId: StaffId | null
    acceptBy: Instant
    promisedAt: Instant
    /** Later than a hand-over should take (REGULATION row 37: 15 min after the decision). */
    late: boolean
  }
  'escalation.accepted': Escalation & { by: StaffId }
  /** Whoever had it has left the house or the post: it waits for somebody again. */
  'escalation.released': Escalation & { from: StaffId }
  'escalation.stepped_up': Escalation & { step: EscalationStep; departmentId: DepartmentId | null }
  'escalation.asked_back': Escalation & { by: StaffId }
  'escalation.replied': Escalation & { by: StaffId }
  'escalation.noted': Escalation & { by: StaffId }
  'escalation.answered': Escalation & { by: StaffId }
  'escalation.sent_back': Escalation & { by: StaffId }
  'escalation.told': Escalation & { by: StaffId }
  'escalation.closed': Escalation
  'escalation.returned': Escalation & { by: StaffId; reason: ReturnReason; bounce: number }
  'escalation.withdrawn': Escalation & { why: 'agent' | 'ticket_ended' | 'merged' }
  'escalation.offered': Offer & { expiresAt: Instant }
  'escalation.offer_taken': Offer
  'escalation.offer_passed': Offer
  'escalation.offer_expired': Offer
  'escalation.offer_withdrawn': Offer
}
