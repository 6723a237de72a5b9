import type { SeenTicket } from '../../tickets/conversation/reading.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import type { Insert } from '../../web/inserts.ts'
import { lettersOf } from './queries.ts'
import { REMARKS } from './rules.ts'

const MOST = 100

/** Beside a conversation that letters belong to: whose address they came from, and what is odd about them. */
export async function mailAside({ db }: Pick<Deps, 'db'>, _me: SignedIn, ticket: SeenTicket): Promise<Insert | null> {
  const letters = await lettersOf(db, ticket.id, MOST)
  const last = letters.at(-1)
  if (!last) return null
  const remarks = REMARKS.filter((remark) => letters.some((one) => one.remarks.includes(remark)))
  const values = {
    ticketId: ticket.id,
    sender: last.sender && ticket.veil.contact(last.sender),
    verified: letters.every(({ verified }) => verified),
    remarks,
    count: letters.length,
  }
  return { view: 'incoming/aside', part: 'aside', values }
}
