import type { Words } from '../i18n/dictionaries.ts'
import { orErased } from '../i18n/erased.ts'
import type { TicketId } from '../kernel/ids.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader } from '../schema.ts'
import { listMessages, type Marks, type MessageView, marksOf } from '../tickets/messages/queries.ts'
import { ANSWER_LETTERS, fitting, withWords } from '../tickets/messages/rules.ts'
import type { TicketView } from '../tickets/queries.ts'
import { errorBody } from '../web/answers.ts'
import { type Bearer, ownTicket } from './access.ts'
import { ticketsOfVisitor } from './queries.ts'
import { type ChatState, chatState, LIMITS } from './rules.ts'

/** What a client has of one request: messages up to this number. */
export type Kept = { id: string; after: number }
export type Gap =
  | { id: string; state: ChatState; lastSeq: number; messages: MessageView[]; marks: Marks }
  | { id: string; error: { code: string; message: string } }

/** What a client lacks of each request it names; together at most as many messages as one answer holds. */
export async function listGaps(db: Reader, bearer: Bearer, kept: readonly Kept[], t: Words): Promise<Gap[]> {
  const gaps: Gap[] = []
  let left: number = LIMITS.messagesAtOnce
  let letters = ANSWER_LETTERS
  for (const { id, after } of kept) {
    const ticket = await findOwn(db, bearer, id as TicketId)
    if (!ticket) {
      gaps.push({ id, error: errorBody(t, { status: 404, code: 'not_found' }).error })
      continue
    }
    const more = left > 0 && letters > 0
    const messages = more ? fitting(await listMessages(db, ticket.id, after, left), letters) : []
    left -= messages.length
    letters -= messages.reduce((sum, { body }) => sum + body.length, 0)
    const marks = await marksOf(db, ticket.id)
    const said = messages.map((one) => withWords(one, (words) => orErased(t, words)))
    gaps.push({ id, state: chatState(ticket.state), lastSeq: ticket.last_seq, messages: said, marks })
  }
  return gaps
}

/** The requests of a bearer that can still move: those not closed. */
export async function movingTickets(db: Reader, bearer: Bearer): Promise<{ id: TicketId; state: ChatState }[]> {
  if (bearer.kind === 'visitor')
    return (await ticketsOfVisitor(db, bearer.visitorId, LIMITS.ticketsAtOnce)).filter(
      ({ state }) => state !== 'closed',
    )
  const ticket = await findOwn(db, bearer, bearer.ticketId)
  return ticket ? [{ id: ticket.id, state: chatState(ticket.state) }] : []
}

async function findOwn(db: Reader, bearer: Bearer, id: TicketId): Promise<TicketView | undefined> {
  try {
    return await ownTicket(db, bearer, id)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}
