import { findVisitor, type Visitor } from '../customers/queries.ts'
import type { TicketId, VisitorId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { Conflict, NotFound } from '../kernel/refusal.ts'
import { type Actor, linkActor, visitorActor } from '../platform/actor.ts'
import { hashOf, isToken } from '../platform/tokens.ts'
import { constraintOf } from '../platform/transaction.ts'
import type { Reader, Tx } from '../schema.ts'
import { writeAsCustomer } from '../tickets/actions.ts'
import { findOpenTicketOfVisitor } from '../tickets/customer-side/queries.ts'
import { type SentFile, sendFile } from '../tickets/files/actions.ts'
import { forgetIncoming } from '../tickets/files/queries.ts'
import { findTicketByLink } from '../tickets/links/queries.ts'
import { type Accepted, needCustomerOf, postMessage } from '../tickets/messages/actions.ts'
import { getTicket, type TicketView } from '../tickets/queries.ts'
import type { Deps } from '../web/deps.ts'
import { turns } from '../web/turns.ts'

/** Whoever a bearer token speaks for: a visitor with all they asked, or the holder of one request's link. */
export type Bearer =
  | {
      readonly kind: 'visitor'
      readonly actor: Actor
      readonly language: Language
      readonly visitorId: VisitorId
      /** The address range they last asked from, hashed. */
      readonly range: Visitor['range']
      readonly expiresAt: Date
    }
  | { readonly kind: 'link'; readonly actor: Actor; readonly language: Language; readonly ticketId: TicketId }

/** How much of one bearer is done at once, over both doors and however many calls and lines they open. */
export const inTurn = turns(4)

/** Undefined where the token is made up, empty, of another type or over. */
export async function bearerOf(db: Reader, token: unknown, now: Date): Promise<Bearer | undefined> {
  if (!isToken(token)) return undefined
  const hash = hashOf(token)
  const visitor = await findVisitor(db, hash, now)
  if (visitor) {
    const { id: visitorId, customerId, language, expiresAt, range } = visitor
    return { kind: 'visitor', actor: visitorActor(visitorId, customerId), language, visitorId, expiresAt, range }
  }
  const ticketId = await findTicketByLink(db, hash, now)
  if (!ticketId) return undefined
  const { language } = await getTicket(db, ticketId)
  return { kind: 'link', actor: linkActor(ticketId), language, ticketId }
}

/** A ticket of this bearer; anybody else's is not there. @throws NotFound */
export async function ownTicket(db: Reader, bearer: Bearer, id: TicketId): Promise<TicketView> {
  if (bearer.kind === 'link' && bearer.ticketId !== id) throw new NotFound()
  const ticket = await getTicket(db, id)
  needCustomerOf(bearer, ticket)
  return ticket
}

/** Another request of this visitor is still open: 409 that names it, where the asker may know. */
export class ChatOpen extends Conflict {
  readonly ticketId: TicketId | undefined
  constructor(ticketId?: TicketId) {
    super('chat_open')
    this.ticketId = ticketId
  }
}

/** Runs one act of a bearer. One open chat a visitor is an index, so reopening beside another one ends there. */
export async function act<T>(
  { transact, db }: Pick<Deps, 'transact' | 'db'>,
  bearer: Bearer,
  what: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await transact(bearer.actor, what)
  } catch (error) {
    if (constraintOf(error) !== 'tickets_one_open_a_visitor') throw error
    throw new ChatOpen(bearer.kind === 'visitor' ? await findOpenTicketOfVisitor(db, bearer.visitorId) : undefined)
  }
}

/** A word of the customer: one statement in the database, unless it reopens what was resolved. */
export async function say(
  deps: Pick<Deps, 'transact' | 'db'>,
  bearer: Bearer,
  id: TicketId,
  word: { clientId: string; body: string },
): Promise<Accepted> {
  const message = { ticketId: id, by: { kind: 'customer' }, ...word } as const
  try {
    return await deps.transact(bearer.actor, (tx) => postMessage(tx, message), 'one statement')
  } catch (error) {
    if (!(error instanceof Conflict) || error.code !== 'conversation_closed') throw error
    return act(deps, bearer, (tx) => writeAsCustomer(tx, id, word))
  }
}

/** A file of the customer as one message; it reopens what was resolved, as a word does. */
export const sendAsCustomer = (
  deps: Pick<Deps, 'transact' | 'db' | 'files' | 'clock'>,
  bearer: Bearer,
  ticketId: TicketId,
  sent: SentFile,
): Promise<Accepted> =>
  sendFile({
    ...deps,
    now: deps.clock.now(),
    ticketId,
    author: 'customer',
    sent,
    post: (word) =>
      act(deps, bearer, async (tx) => {
        await forgetIncoming(tx, word.file.file)
        return writeAsCustomer(tx, ticketId, word)
      }),
  })
