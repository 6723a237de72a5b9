import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { endWithRound, keepByWords, resumeWithRound } from './actions.ts'
import { givePromisesTo } from './queries.ts'

/** Promises go with their ticket: to the shift that has it now, kept by our word, ended with the round. */
export const promiseReactions: Reactions<Database> = {
  feature: 'promises',
  on: {
    'ticket.assigned': async (tx, { ticketId, shiftId }) => {
      if (shiftId) await givePromisesTo(tx, ticketId, shiftId)
    },
    'ticket.resolved': async (tx, { ticketId, by }) => endWithRound(tx, ticketId, by ? 'kept' : 'void'),
    'ticket.resolve_undone': async (tx, { ticketId, round }) => resumeWithRound(tx, ticketId, round),
    'ticket.marked_spam': async (tx, { ticketId }) => endWithRound(tx, ticketId, 'void'),
  },
  looks: { after: ['ticket.touched'], act: keepByWords },
}
