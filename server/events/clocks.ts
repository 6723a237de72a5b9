import type { ClockId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Clock = { clockId: ClockId; ticketId: TicketId; round: number; kind: 'first' | 'next' | 'resolution' }

export type ClockEvents = {
  'clock.warned': Clock & { dueAt: Instant }
  'clock.breached': Clock & { dueAt: Instant }
  'clock.ended': Clock & { outcome: 'met' | 'breached' }
  'policy.changed': { by: StaffId }
  'ticket.prioritised': { ticketId: TicketId; priority: 'low' | 'normal' | 'high' | 'urgent' }
}
