import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { noteReturned } from './actions.ts'

/** A letter that was sent, and came back. */
export const outgoingReactions: Reactions<Database> = {
  feature: 'outgoing',
  on: { 'mail.bounced': async (tx, { mailId, ticketId }) => noteReturned(tx, mailId, ticketId) },
}
