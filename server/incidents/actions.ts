import { settleAlarmsOf } from '../desk/alarms/actions.ts'
import type { IncidentId, TicketId } from '../kernel/ids.ts'
import { refuse } from '../kernel/refusal.ts'
import { need, staffOf } from '../platform/actor.ts'
import { announce } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { sayHouse } from '../tickets/messages/actions.ts'
import { lockTicket, nameOfStaff } from '../tickets/queries.ts'
import type { IncidentRow } from './queries.ts'
import * as incidents from './queries.ts'
import { whyNotMoveIncident, whyNotResolveIncident } from './rules.ts'

/** A customer has complained: an incident of the general level, seen by the duty manager at once (REGULATION rows 43, 45, 59). */
export async function openComplaint(tx: Tx, ticketId: TicketId): Promise<void> {
  await lockTicket(tx, ticketId)
  const kind = 'complaint'
  const level = 'general'
  const incidentId = await incidents.insertIncident(tx, { kind, level, ticketId })
  if (incidentId)
    await announce(tx, 'incident.opened', { incidentId, ticketId, kind, level }, topics(incidentId, ticketId))
}

/** "I have seen it and I am on it": the bell stops. The first press counts. */
export async function acknowledgeIncident(tx: Tx, id: IncidentId): Promise<void> {
  need(tx, 'incident.lead')
  const incident = await lock(tx, id)
  if (incident.state !== 'open') return
  const by = staffOf(tx)
  await incidents.setIncident(tx, id, { state: 'acknowledged', acknowledged_at: tx.now, acknowledged_by: by })
  if (incident.ticketId) await settleAlarmsOf(tx, incident.ticketId, ['complaint'])
  await announce(tx, 'incident.acknowledged', { ...about(incident), by }, topics(id, incident.ticketId))
}

/** Answered: what was done, and the duty manager's own words to the customer, in the conversation. */
export async function resolveIncident(
  tx: Tx,
  id: IncidentId,
  words: { measures: string; forCustomer: string },
): Promise<void> {
  need(tx, 'incident.lead')
  const incident = await lock(tx, id)
  if (incident.state === 'resolved') return
  refuse(whyNotResolveIncident(incident.state, words, incident.ticketId !== null))
  if (incident.state === 'open') await acknowledgeIncident(tx, id)
  const by = staffOf(tx)
  const { measures, forCustomer } = words
  await incidents.setIncident(tx, id, {
    state: 'resolved',
    resolved_at: tx.now,
    resolved_by: by,
    measures,
    for_customer: incident.ticketId ? forCustomer : null,
  })
  if (incident.ticketId) {
    const { name, nameEn } = await nameOfStaff(tx.db, by)
    await sayHouse(tx, incident.ticketId, 'complaint_answered', { name, nameEn, words: forCustomer })
  }
  await announce(tx, 'incident.resolved', { ...about(incident), by }, topics(id, incident.ticketId))
}

/** Nothing is left to do about it. */
export async function closeIncident(tx: Tx, id: IncidentId): Promise<void> {
  need(tx, 'incident.lead')
  const incident = await lock(tx, id)
  if (incident.state === 'closed') return
  refuse(whyNotMoveIncident(incident.state, 'close'))
  await incidents.setIncident(tx, id, { state: 'closed', closed_at: tx.now })
  const by = tx.actor.kind === 'staff' ? staffOf(tx) : null
  await announce(tx, 'incident.closed', { ...about(incident), by }, topics(id, incident.ticketId))
}

/** Ticket first, then the incident: the order of locks everywhere. */
async function lock(tx: Tx, id: IncidentId): Promise<IncidentRow> {
  const ticketId = await incidents.ticketOfIncident(tx.db, id)
  if (ticketId) await lockTicket(tx, ticketId)
  return incidents.lockIncident(tx, id)
}

const about = ({ id: incidentId, ticketId }: IncidentRow) => ({ incidentId, ticketId })
const topics = (id: IncidentId, ticketId: TicketId | null): { about: string[] } => ({
  about: [`incident:${id}`, 'incidents', 'board', ...(ticketId ? [`ticket:${ticketId}`] : [])],
})
