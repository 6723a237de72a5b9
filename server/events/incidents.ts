import type { IncidentId, StaffId, TicketId } from '../kernel/ids.ts'

type Incident = { incidentId: IncidentId; ticketId: TicketId | null }

export type IncidentEvents = {
  'incident.opened': Incident & { kind: 'network' | 'complaint' | 'safety' | 'other'; level: 'general' | 'major' }
  'incident.acknowledged': Incident & { by: StaffId }
  'incident.resolved': Incident & { by: StaffId }
  'incident.closed': Incident & { by: StaffId | null }
}
