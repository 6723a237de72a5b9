import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { sayHouse } from '../messages/actions.ts'
import { excludeTickets, includeTickets } from './actions.ts'

/** What a case of abuse does to its tickets: the customer reads it in the conversation, and the appraisal leaves it out. */
export const conductReactions: Reactions<Database> = {
  feature: 'conduct',
  on: {
    'abuse.warned': async (tx, { ticketId, duty, upheld, ...out }) => {
      await excludeTickets(tx, upheld, out)
      await sayHouse(tx, ticketId, `warned_${duty}`)
    },
    'abuse.limited': async (tx, { ticketId, until, upheld, ...out }) => {
      await excludeTickets(tx, upheld, out)
      await sayHouse(tx, ticketId, 'limited', { at: until })
    },
    'abuse.banned': async (tx, { ticketId, until, upheld, ...out }) => {
      await excludeTickets(tx, upheld, out)
      await sayHouse(tx, ticketId, 'banned', { at: until })
    },
    'abuse.lifted': async (tx, { caseId, ticketId, by, why, from }) => {
      if (why === 'wrong') await includeTickets(tx, caseId, by)
      if (from !== 'flagged') await sayHouse(tx, ticketId, why === 'wrong' ? 'lifted_wrong' : 'lifted')
    },
  },
}
