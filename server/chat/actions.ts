import { findOrMakeCustomer } from '../customers/actions.ts'
import { lockVisitor } from '../customers/queries.ts'
import { readContact } from '../customers/rules.ts'
import { someoneOnPost } from '../desk/queries.ts'
import type { Channel } from '../events/tickets.ts'
import type { CategoryId, MessageId, TicketId, VisitorId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { Conflict, Denied, Malformed, refusal } from '../kernel/refusal.ts'
import { currentTerms } from '../policies/queries.ts'
import { isCovered, nextOpening } from '../roster/queries.ts'
import type { Reader, Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { complain, endByCustomer, openTicket, reopenTicket } from '../tickets/actions.ts'
import { makeLink } from '../tickets/links/actions.ts'
import { mark, needCustomerOf } from '../tickets/messages/actions.ts'
import { marksOf } from '../tickets/messages/queries.ts'
import { findOpenTicketOfVisitor, getCustomerSide, lockTicket, type TicketRow } from '../tickets/queries.ts'
import { type Given, giveRating } from '../tickets/ratings/actions.ts'
import { ratingOf } from '../tickets/ratings/queries.ts'
import { ChatOpen } from './access.ts'
import { findAsked, getQuestion, listTopics } from './queries.ts'
import { chatState, promiseOf } from './rules.ts'

export type Question = {
  readonly clientId: string
  readonly termsVersion: number
  readonly language: Language
  readonly name: string
  /** As typed; `Refusal` customers.contact_unclear where nobody can be reached by it. */
  readonly contact: string
  readonly topicId: CategoryId | null
  readonly question: string
  /** The page they came from. */
  readonly page: string | null
  readonly channel: Exclude<Channel, 'phone'>
}
export type Asked = {
  readonly ticketId: TicketId
  readonly linkToken: string
  readonly message: { readonly seq: number; readonly id: MessageId; readonly at: Date }
  /** The same client id with the same words came before. */
  readonly repeated: boolean
}

/**
 * A visitor asks. With somebody on post the question waits in the live queue, else it is kept with a promised time.
 * The visitor's row is locked first, so that two sends of one question make one ticket.
 * @param zone the company's, for the day desk's local time
 * @throws ChatOpen where another request of this visitor is open; Conflict client_id_reused | terms_changed
 */
export async function askQuestion(tx: Tx, asked: Question, zone: string): Promise<Asked> {
  const visitorId = visitorOf(tx)
  await lockVisitor(tx, visitorId)
  const before = await findAsked(tx.db, visitorId, asked.clientId)
  if (before && before.body !== asked.question) throw new Conflict('client_id_reused')
  if (before) {
    const linkToken = await makeLink(tx, before.ticketId)
    return { ticketId: before.ticketId, linkToken, message: before, repeated: true }
  }
  const open = await findOpenTicketOfVisitor(tx.db, visitorId)
  if (open) throw new ChatOpen(open)
  await needCurrent(tx.db, asked)
  const contact = readContact(asked.contact)
  const { name, language, termsVersion } = asked
  const customerId = await findOrMakeCustomer(tx, visitorId, { name, language, contact, termsVersion })
  const { count } = await someoneOnPost(tx.db, tx.now)
  const { ticketId, linkToken } = await openTicket(tx, {
    customerId,
    visitorId,
    channel: asked.channel,
    language,
    categoryId: asked.topicId,
    question: asked.question,
    clientId: asked.clientId,
    cameFrom: asked.page,
    live: count > 0,
    promisedAt: count > 0 ? null : (await promiseNow(tx.db, tx.now, zone)).promisedBy,
  })
  return { ticketId, linkToken, message: await getQuestion(tx.db, ticketId), repeated: false }
}

/** When somebody is on post again, and by when what is left now is answered. */
export async function promiseNow(
  db: Reader,
  now: Date,
  zone: string,
): Promise<{ opensAt: Date | null; promisedBy: Date }> {
  const { formAnswerMinutes, dayDeskStart } = await currentSettings(db)
  const opening = (await isCovered(db, now, 'service')) ? now : await nextOpening(db, now)
  return { opensAt: opening, promisedBy: promiseOf({ now, opening, formAnswerMinutes, dayDeskStart, zone }) }
}

/** The customer says it is solved, or leaves the queue. */
export async function endAsCustomer(tx: Tx, id: TicketId): Promise<void> {
  if (chatState((await lockOwn(tx, id)).state) !== 'closed') await endByCustomer(tx, id)
}

/** The customer says it is not solved after all. What goes on already stays as it is. */
export async function reopenByCustomer(tx: Tx, id: TicketId): Promise<void> {
  const { state } = await lockOwn(tx, id)
  if (chatState(state) === 'closed') throw refusal('tickets.closed')
  if (state === 'resolved') await reopenTicket(tx, id)
}

/** The complaint button; on what has ended for good there is nobody left to hear it. */
export async function complainAsCustomer(tx: Tx, id: TicketId): Promise<void> {
  const { state, complained_at } = await lockOwn(tx, id)
  if (chatState(state) !== 'closed') await complain(tx, id)
  else if (!complained_at) throw refusal('tickets.closed')
}

/** How far the customer has got. */
export async function markAsCustomer(
  tx: Tx,
  id: TicketId,
  to: { delivered?: number; read?: number },
): Promise<{ delivered: number; read: number }> {
  needCustomerOf(tx, await getCustomerSide(tx.db, id))
  await mark(tx, id, 'customer', to)
  return (await marksOf(tx.db, id)).customer
}

/** One more private link to the same request; earlier ones go on to work. */
export async function linkForCustomer(tx: Tx, id: TicketId): Promise<string> {
  needCustomerOf(tx, await getCustomerSide(tx.db, id))
  return makeLink(tx, id)
}

/** Rates once; the same answer again is the first one, so that a lost acknowledgement costs nothing. */
export async function rate(tx: Tx, id: TicketId, given: Given): Promise<void> {
  needCustomerOf(tx, await getCustomerSide(tx.db, id))
  const before = await ratingOf(tx.db, id)
  const same =
    before?.state === 'given' &&
    before.service === given.service &&
    before.product === given.product &&
    (before.comment ?? '') === given.comment &&
    before.reasons.join() === given.reasons.join()
  if (!same) await giveRating(tx, id, given)
}

async function needCurrent(db: Reader, { termsVersion, topicId }: Question): Promise<void> {
  if (termsVersion !== (await currentTerms(db)).version) throw new Conflict('terms_changed')
  const topics = await listTopics(db)
  if (topicId !== null && !topics.some(({ id }) => id === topicId)) throw new Malformed('bad_field', 'topicId')
}

/** Whose it is is asked before anything is locked: a stranger's press must not even hold up those who work there. */
async function lockOwn(tx: Tx, id: TicketId): Promise<TicketRow> {
  needCustomerOf(tx, await getCustomerSide(tx.db, id))
  return lockTicket(tx, id)
}

function visitorOf({ actor }: Tx): VisitorId {
  if (actor.kind !== 'visitor') throw new Denied('visitor')
  return actor.visitorId
}
