import type { Reactions } from '../platform/reactions.ts'
import type { Database } from '../schema.ts'
import { openComplaint } from './actions.ts'

export const incidentReactions: Reactions<Database> = {
  feature: 'incidents',
  on: {
    'ticket.complained': async (tx, { ticketId }) => openComplaint(tx, ticketId),
  },
}
