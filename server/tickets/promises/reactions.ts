import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { endWithRound, keepByWords, resumeWithRound } from './actions.ts'
import * as owing from './owing/actions.ts'
import { givePromisesTo } from './queries.ts'

/** Promises go with their ticket: to the shift that has it now, kept by our word, ended with the round; each is owed by whoever has it. */
export const promiseReactions: Reactions<Database> = {
  feature: 'promises',
  on: {
    'ticket.assigned': async (tx, { ticketId, shiftId, staffId }) => {
      if (shiftId) await givePromisesTo(tx, ticketId, shiftId)
      await owing.handOnPromises(tx, ticketId, staffId)
    },
    'promise.made': async (tx, { promiseId }) => owing.owePromise(tx, promiseId),
    'promise.resumed': async (tx, { promiseId }) => owing.resumeOwed(tx, promiseId),
    'promise.kept': async (tx, { promiseId, by }) => owing.settlePromise(tx, promiseId, by),
    'promise.broken': async (tx, { promiseId, by }) => owing.settlePromise(tx, promiseId, by),
    'promise.moved': async (tx, { promiseId }) => owing.dropPromise(tx, promiseId),
    'promise.void': async (tx, { promiseId }) => owing.dropPromise(tx, promiseId),
    'ticket.resolved': async (tx, { ticketId, by }) => endWithRound(tx, ticketId, by ? 'kept' : 'void'),
    'ticket.resolve_undone': async (tx, { ticketId, round }) => resumeWithRound(tx, ticketId, round),
    'ticket.marked_spam': async (tx, { ticketId }) => endWithRound(tx, ticketId, 'void'),
  },
  looks: { after: ['ticket.touched'], act: keepByWords },
}
