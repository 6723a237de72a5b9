import type { SignedIn } from '../web/env.ts'
import type { Insert } from '../web/inserts.ts'

type Conversation = { readonly id: string; readonly last_handler_id: string | null }

/** Beside a conversation that a colleague had: what they did well can be said at once, with the conversation as what shows it. */
export async function nominationAside(_house: unknown, me: SignedIn, ticket: Conversation): Promise<Insert | null> {
  if (!ticket.last_handler_id || ticket.last_handler_id === me.staffId) return null
  if (!me.capabilities.has('recognition.nominate')) return null
  return { view: 'recognition/aside', part: 'aside', values: { person: ticket.last_handler_id, ticket: ticket.id } }
}
