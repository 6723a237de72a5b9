import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { keepClocks } from './actions.ts'
import { noteEnded, oweBreached } from './owing/actions.ts'

/** Clocks follow what is said and done, within a second and at its own instants. */
export const slaReactions: Reactions<Database> = {
  feature: 'sla',
  on: {
    'ticket.touched': async (tx, { ticketId }) => keepClocks(tx, ticketId),
    'ticket.queued': async (tx, { ticketId }) => keepClocks(tx, ticketId),
    'ticket.resolved': async (tx, { ticketId }) => keepClocks(tx, ticketId),
    'ticket.resolve_undone': async (tx, { ticketId }) => keepClocks(tx, ticketId),
    'ticket.marked_spam': async (tx, { ticketId }) => keepClocks(tx, ticketId),
    'clock.breached': async (tx, { clockId, ticketId, dueAt }) => oweBreached(tx, clockId, ticketId, new Date(dueAt)),
    'clock.ended': async (tx, { clockId, ticketId }) => noteEnded(tx, clockId, ticketId),
  },
}
