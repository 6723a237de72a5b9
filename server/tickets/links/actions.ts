import type { TicketId } from '../../kernel/ids.ts'
import { hashOf, newToken } from '../../platform/tokens.ts'
import type { Tx } from '../../schema.ts'
import { storeLink } from './queries.ts'

/** A private link to the request page. The token is returned once and stored as its hash. */
export async function makeLink(tx: Tx, ticketId: TicketId): Promise<string> {
  const token = newToken()
  await storeLink(tx, ticketId, hashOf(token))
  return token
}
