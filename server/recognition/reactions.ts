import type { Reactions } from '../platform/reactions.ts'
import type { Database } from '../schema.ts'
import { hearPraise, hearThanks } from './praises/actions.ts'

/** Customers' praise flows in (REGULATION row 54). */
export const recognitionReactions: Reactions<Database> = {
  feature: 'recognition',
  on: {
    'rating.given': async (tx, { ratingId, service }) => {
      if (service === 5) await hearPraise(tx, ratingId)
    },
    'ticket.resolved': async (tx, { ticketId, round }) => hearThanks(tx, ticketId, round),
  },
}
