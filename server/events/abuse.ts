import type { AbuseCaseId, CustomerId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

/** What a customer is held to: the reason of a flag, and what a warning names. */
export type ConductDuty = 'insults' | 'threats' | 'harassment' | 'flooding' | 'demands' | 'other'
export type AbuseState = 'flagged' | 'warned' | 'limited' | 'banned' | 'lifted'
/** `wrong`: it should never have been decided, so what was taken out of the appraisal comes back. */
export type LiftReason = 'expired' | 'eased' | 'wrong'

type Case = { caseId: AbuseCaseId; customerId: CustomerId }
/** `ticketId` was flagged last; `upheld` are those flagged by somebody else than who decided. */
type Decided = Case & { ticketId: TicketId; upheld: readonly TicketId[]; by: StaffId; until: Instant }

export type AbuseEvents = {
  'abuse.flagged': Case & { ticketId: TicketId; by: StaffId; reason: ConductDuty }
  'abuse.warned': Decided & { duty: ConductDuty }
  'abuse.limited': Decided
  'abuse.ban_proposed': Case & { ticketId: TicketId; by: StaffId; days: number }
  'abuse.ban_refused': Case & { ticketId: TicketId; by: StaffId }
  'abuse.banned': Decided
  'abuse.appealed': Case & { ticketId: TicketId }
  'abuse.appeal_answered': Case & { ticketId: TicketId; by: StaffId; upheld: boolean }
  /** `from` is what ended; `by` is null where its time was over. */
  'abuse.lifted': Case & {
    ticketId: TicketId
    by: StaffId | null
    why: LiftReason
    from: Exclude<AbuseState, 'lifted'>
  }
  /** A ticket and its ratings leave the appraisal of those who handled it, or come back. */
  'ticket.excluded': { ticketId: TicketId; caseId: AbuseCaseId; by: StaffId; reason: 'abuse' }
  'ticket.included': { ticketId: TicketId; caseId: AbuseCaseId; by: StaffId | null; reason: 'abuse' }
}
