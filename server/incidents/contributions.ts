import { seesCustomer, veilOf } from '../customers/privacy/rules.ts'
import type { SignedIn } from '../web/env.ts'
import type { IncidentView } from './queries.ts'

/** An incident as this colleague may see it: the customer in full for whoever leads the night or has the conversation. */
export function seenIncident(me: SignedIn, incident: IncidentView): IncidentView {
  const { customerName, subject, measures, forCustomer, heldBy } = incident
  const veil = veilOf(seesCustomer(me, heldBy), customerName ?? '')
  return {
    ...incident,
    customerName: customerName === null ? null : veil.name,
    subject: veil.words(subject),
    measures: veil.words(measures),
    forCustomer: veil.words(forCustomer),
  }
}
