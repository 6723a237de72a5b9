import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { leaveTranscript, releaseHeld, tellOfFailure, watchUnread } from './actions.ts'

/** What customers are told by mail; certain, at least once, and each letter decided under the lock of its ticket. */
export const customerLetterReactions: Reactions<Database> = {
  feature: 'customer-letters',
  on: {
    'transcript.asked': async (tx, { ticketId }) => leaveTranscript(tx, ticketId),
    'contact.verified': async (tx, { customerId }) => releaseHeld(tx, customerId),
    'mail.settled': async (tx, { mailId, state }) => tellOfFailure(tx, mailId, state),
  },
  looks: { after: ['ticket.touched'], act: watchUnread },
}
