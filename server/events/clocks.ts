import type { ClockId, TicketId } from '../kernel/ids.ts'

type Clock = { clockId: ClockId; ticketId: TicketId; round: number; kind: 'first' | 'next' | 'resolution' }

export type ClockEvents = {
  'clock.warned': Clock
  'clock.breached': Clock
  'clock.ended': Clock & { outcome: 'met' | 'breached' }
  'ticket.prioritised': { ticketId: TicketId; priority: 'low' | 'normal' | 'high' | 'urgent' }
}
