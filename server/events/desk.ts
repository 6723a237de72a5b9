import type { AlarmId, OfferId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Offer = { offerId: OfferId; ticketId: TicketId; staffId: StaffId; hop: number }
export type AlarmKind =
  | 'nobody_eligible'
  | 'offers_refused'
  | 'complaint'
  | 'job_failed'
  | 'escalation_unaccepted'
  | 'escalation_bounced'
  | 'promise_broken'
  | 'not_answered'
  | 'abuse'
  | 'customer_unreached'
  | 'callback_overdue'
  | 'night_unled'
  | 'night_unbacked'

export type DeskEvents = {
  /** Busy with something that is no conversation of the desk: nothing new is offered meanwhile. */
  'desk.engaged': { staffId: StaffId; kind: 'call' }
  'desk.freed': { staffId: StaffId; kind: 'call' }
  'offer.made': Offer & { expiresAt: Instant }
  'offer.taken': Offer
  'offer.passed': Offer
  'offer.expired': Offer
  'offer.withdrawn': Offer
  'alarm.raised': { alarmId: AlarmId; kind: AlarmKind; ticketId: TicketId | null }
  'alarm.settled': { alarmId: AlarmId; kind: AlarmKind; ticketId: TicketId | null; by: StaffId | null }
}
