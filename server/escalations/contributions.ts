import { seesCustomer, type Veil, veilOf } from '../customers/privacy/rules.ts'
import { currentSettings } from '../settings/queries.ts'
import type { TicketView } from '../tickets/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { SignedIn } from '../web/env.ts'
import type { Insert } from '../web/inserts.ts'
import type { NoteView } from './notes/queries.ts'
import { byDue, dueOf } from './rules.ts'
import { type EscalationView, listOfTicket } from './views/queries.ts'

/** Beside a conversation: what was asked of others about it, and the way to ask. Null where there is nothing to show or do. */
export async function escalationsAside(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  me: SignedIn,
  ticket: TicketView,
): Promise<Insert | null> {
  const now = clock.now()
  // What was withdrawn because the customer had ended the ticket is known when they come back.
  const all = (await listOfTicket(db, ticket.id)).filter(({ state, sentAt }) => state !== 'withdrawn' || sentAt)
  const mine = ticket.assignment?.staffId === me.staffId && me.capabilities.has('escalation.send')
  const leads = me.capabilities.has('escalation.lead') && ticket.state === 'open'
  const asks = (mine || leads) && ticket.state === 'open'
  if (all.length === 0 && !asks) return null
  const { escalationHandoverMinutes } = await currentSettings(db)
  const due = (one: (typeof all)[number]) => dueOf(one, now, escalationHandoverMinutes)
  const requests = byDue(all.map((one) => ({ ...one, due: due(one), needsYou: needsAgent(one.state) && mine })))
  return { view: 'escalations/aside', part: 'aside', values: { requests, asks } }
}

/** The ball is with the agent: a question, an answer to pass on, a request that has not left. */
const needsAgent = (state: string): boolean => ['decided', 'asked_back', 'answered', 'returned'].includes(state)

/** Whoever was asked sees the customer at any time, whoever asks while it is theirs, all others masked (REGULATION row 57). */
export const veilOver = (me: SignedIn, { customerName, heldBy }: EscalationView, asked: boolean): Veil =>
  veilOf(asked || seesCustomer(me, heldBy), customerName)

export function seenEscalation<One extends EscalationView>({ name, words }: Veil, one: One): One {
  return {
    ...one,
    customerName: name,
    subject: words(one.subject),
    need: words(one.need),
    tried: words(one.tried),
    contact: words(one.contact),
    result: words(one.result),
    forCustomer: words(one.forCustomer),
    returnWords: words(one.returnWords),
  }
}

export const seenNote = ({ words }: Veil, note: NoteView): NoteView => ({ ...note, body: words(note.body) })
