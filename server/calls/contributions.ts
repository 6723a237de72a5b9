import type { TicketView } from '../tickets/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { SignedIn } from '../web/env.ts'
import type { Insert } from '../web/inserts.ts'
import { deskCallsOf, seenNumber, seesCaller } from './cards.ts'
import { listOfTicket } from './log/queries.ts'
import { listRecordings } from './recordings/queries.ts'

/** On top of the queue: whoever rings, and the call that one has. Null for whoever is never rung. */
export async function ringCards(house: Deps, me: SignedIn): Promise<Insert | null> {
  if (!me.capabilities.has('call.work')) return null
  return { view: 'calls/desk', part: 'calls', values: await deskCallsOf(house, me) }
}

/** Beside a conversation: the calls that belong to it, with what was recorded. Null where there were none. */
export async function callsAside({ db }: Pick<Deps, 'db'>, me: SignedIn, ticket: TicketView): Promise<Insert | null> {
  const calls = await listOfTicket(db, ticket.id)
  if (calls.length === 0) return null
  const recordings = await listRecordings(
    db,
    calls.map(({ id }) => id),
  )
  const plays = me.capabilities.has('call.read')
  const shown = calls.map((call) => ({
    ...call,
    shown: seenNumber(call.number, seesCaller(me, call)),
    recordings: recordings.filter(({ callId }) => callId === call.id),
  }))
  return { view: 'calls/aside', part: 'aside', values: { ticketCalls: shown, plays } }
}
