import { after, type Moves } from '../kernel/machine.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'

/** REGULATION row 43: three kinds and other; two levels. */
export const INCIDENT_KINDS = ['network', 'complaint', 'safety', 'other'] as const
export type IncidentKind = (typeof INCIDENT_KINDS)[number]
export type IncidentLevel = 'general' | 'major'
export const INCIDENT_STATES = ['open', 'acknowledged', 'resolved', 'closed'] as const
export type IncidentState = (typeof INCIDENT_STATES)[number]
export type IncidentAct = 'acknowledge' | 'resolve' | 'close'

/** The first rows of REGULATION 2, INCIDENT: seen, answered, closed. */
export const incidentMoves: Moves<IncidentState, IncidentAct> = {
  open: { acknowledge: 'acknowledged', resolve: 'resolved' },
  acknowledged: { resolve: 'resolved' },
  resolved: { close: 'closed' },
  closed: {},
}

export const whyNotMoveIncident = (from: IncidentState, act: IncidentAct): Refusal | null =>
  after(incidentMoves, from, act) ? null : refusal(`incidents.not_now.${act}`)

/** What was done, for the house, and what the customer is told, apart. */
export function whyNotResolveIncident(
  state: IncidentState,
  words: { measures: string; forCustomer: string },
  hasCustomer: boolean,
): Refusal | null {
  const moved = whyNotMoveIncident(state, 'resolve')
  if (moved) return moved
  if (words.measures.trim() === '') return refusal('incidents.measures_missing', {}, 'measures')
  return hasCustomer && words.forCustomer.trim() === ''
    ? refusal('incidents.for_customer_missing', {}, 'forCustomer')
    : null
}
