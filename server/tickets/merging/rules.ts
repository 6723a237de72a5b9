import { type Refusal, refusal } from '../../kernel/refusal.ts'
import type { TicketState } from '../rules.ts'

type Side = { readonly id: string; readonly state: TicketState; readonly customer_id: string }

/** States of a ticket that goes into another one, and of one that takes another in. */
const MAY_GO: readonly TicketState[] = ['new', 'queued', 'open', 'resolved']
const MAY_TAKE: readonly TicketState[] = ['new', 'queued', 'open']

/**
 * Two requests of one customer about one thing become one. Never of two customers: each would read the other's words.
 * `related` says that both gave the same contact.
 */
export function whyNotMerge(from: Side, into: Side, related: boolean): Refusal | null {
  if (from.id === into.id) return refusal('merging.same', {}, 'into')
  if (!MAY_GO.includes(from.state)) return refusal('merging.from_ended', {}, 'into')
  if (!MAY_TAKE.includes(into.state)) return refusal('merging.into_ended', {}, 'into')
  return from.customer_id === into.customer_id || related ? null : refusal('merging.other_customer', {}, 'into')
}

/** Where a ticket goes back to when it is taken out again: nobody has it, so what was open waits in the queue. */
export const stateAfterSplit = (before: TicketState): TicketState => (before === 'open' ? 'queued' : before)
