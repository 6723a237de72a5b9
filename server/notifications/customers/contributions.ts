import { addressOf, phoneOf } from '../../customers/verification/queries.ts'
import type { TicketView } from '../../tickets/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import type { Insert } from '../../web/inserts.ts'
import { listToldOf } from './queries.ts'

const MOST = 5
const TONES: Readonly<Record<string, string>> = {
  waiting: 'lamp',
  unreached: 'bad',
  failed: 'bad',
  unknown: 'bad',
  kept: 'lamp',
  sent: 'ok',
}

/** Beside a conversation: what its customer was told by mail and SMS, or could not be, and whether an address or number of theirs is confirmed. Null where nothing was. */
export async function lettersAside(
  { db }: Pick<Deps, 'db'>,
  _me: SignedIn,
  ticket: TicketView,
): Promise<Insert | null> {
  const told = await listToldOf(db, ticket.id, MOST)
  if (told.length === 0) return null
  const [address, phone] = [await addressOf(db, ticket.customer_id), await phoneOf(db, ticket.customer_id)]
  const letters = told.map((one) => ({ ...one, tone: TONES[one.state] ?? 'quiet' }))
  const proved = address ? (address.verified ? 'yes' : 'no') : phone?.verified ? 'number' : 'none'
  return { view: 'letters/aside', part: 'aside', values: { letters, proved, ticketId: ticket.id } }
}
