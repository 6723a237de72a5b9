import { findOrMakeCustomer } from '../customers/actions.ts'
import { lockVisitor } from '../customers/queries.ts'
import { contactIn, readContact } from '../customers/rules.ts'
import type { Channel } from '../events/tickets.ts'
import type { CategoryId, MessageId, TicketId, VisitorId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { Conflict, Denied, Malformed, refusal } from '../kernel/refusal.ts'
import { isCovered, nextOpening } from '../roster/queries.ts'
import type { Reader, Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { complain, type Opened, openTicket } from '../tickets/actions.ts'
import { getCustomerSide } from '../tickets/customer-side/queries.ts'
import { confirmSolved, endByCustomer, reopenTicket } from '../tickets/endings/actions.ts'
import { makeLink } from '../tickets/links/actions.ts'
import { mark, needCustomerOf } from '../tickets/messages/actions.ts'
import { marksOf } from '../tickets/messages/queries.ts'
import { lockTicket, type TicketRow } from '../tickets/queries.ts'
import { type Given, giveRating } from '../tickets/ratings/actions.ts'
import { ratingOf } from '../tickets/ratings/queries.ts'
import { ChatOpen } from './access.ts'
import { findAsked, readStanding } from './asking/queries.ts'
import { keepMeasure, needHeard } from './conduct/actions.ts'
import type { TicketFacts } from './queries.ts'
import { chatState, promiseOf } from './rules.ts'

export type Question = {
  readonly clientId: string
  /** What they accepted; null: an urgent case, which terms never hold up (REGULATION row 60). */
  readonly termsVersion: number | null
  /** Sent as urgent, whether they accepted the terms or not: a measure on their network does not hold it up. */
  readonly urgent?: boolean | undefined
  readonly language: Language
  readonly name: string
  /** As typed; `Refusal` customers.contact_unclear where nobody can be reached by it. */
  readonly contact: string
  readonly topicId: CategoryId | null
  readonly question: string
  /** The page they came from. */
  readonly page: string | null
  readonly channel: Exclude<Channel, 'phone' | 'mail'>
}
export type Asked = {
  readonly ticketId: TicketId
  readonly linkToken: string
  readonly message: { readonly seq: number; readonly id: MessageId; readonly at: Date }
  /** The same client id with the same words came before. */
  readonly repeated: boolean
  /** The ticket as it was just opened; null where it came before. */
  readonly opened: TicketFacts | null
}

/**
 * A visitor asks. With somebody on post the question waits in the live queue, else it is kept with a promised time.
 * The visitor's row is locked first, so that two sends of one question make one ticket.
 * @param zone the company's, for the day desk's local time
 * @throws ChatOpen where another request of this visitor is open; Conflict client_id_reused | terms_changed; Refusal
 * abuse.banned | abuse.one_request; TooMany limited
 */
export async function askQuestion(tx: Tx, asked: Question, zone: string): Promise<Asked> {
  const visitorId = visitorOf(tx)
  const given = contactIn(asked.contact)
  // One after the other, and one way there and back: what is read, is read behind the lock.
  const [, standing] = await Promise.all([
    lockVisitor(tx, visitorId),
    readStanding(tx.db, visitorId, { ...asked, contact: given, now: tx.now }),
  ])
  if (standing.asked) return again(tx, visitorId, asked)
  const { measure } = standing
  const urgent = asked.urgent === true || asked.termsVersion === null
  // Nothing is taken of whoever is banned; of all others what they have open comes first.
  if (standing.open && (measure?.state !== 'banned' || (measure.byRange && urgent))) throw new ChatOpen(standing.open)
  if (measure) await keepMeasure(tx, measure, { visitorId, urgent })
  if (asked.termsVersion !== null && asked.termsVersion !== standing.terms) throw new Conflict('terms_changed')
  if (!standing.topicThere) throw new Malformed('bad_field', 'topicId')
  const contact = readContact(asked.contact)
  const { name, language, termsVersion } = asked
  const customerId = await findOrMakeCustomer(tx, visitorId, { name, language, contact, termsVersion })
  const promisedAt = standing.onPost ? null : (await promiseNow(tx.db, tx.now, zone)).promisedBy
  const opened = await openTicket(tx, {
    customerId,
    visitorId,
    channel: asked.channel,
    language,
    categoryId: asked.topicId,
    question: asked.question,
    clientId: asked.clientId,
    cameFrom: asked.page,
    live: standing.onPost,
    promisedAt,
  })
  const { ticketId, linkToken, messageId } = opened
  return {
    ticketId,
    linkToken,
    message: { seq: 1, id: messageId, at: tx.now },
    repeated: false,
    opened: factsOf(opened, { at: tx.now, promisedAt }),
  }
}

/** The same question once more: the same ticket, and a new link to it. */
async function again(tx: Tx, visitorId: VisitorId, asked: Question): Promise<Asked> {
  const before = await findAsked(tx.db, visitorId, asked.clientId)
  if (before?.body !== asked.question) throw new Conflict('client_id_reused')
  const linkToken = await makeLink(tx, before.ticketId)
  return { ticketId: before.ticketId, linkToken, message: before, repeated: true, opened: null }
}

/** A ticket of this moment: nobody has it, nothing was marked, nothing rated. */
const factsOf = (
  { ticketId, number, subject, state }: Opened,
  { at, promisedAt }: { at: Date; promisedAt: Date | null },
): TicketFacts => ({
  id: ticketId,
  number,
  subject,
  state,
  assignment: null,
  promised_at: promisedAt,
  complained_at: null,
  round: 1,
  last_seq: 2,
  closes_at: null,
  created_at: at,
})

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

/** "Yes, it is solved"; what has ended for good is. */
export async function confirmAsCustomer(tx: Tx, id: TicketId): Promise<void> {
  if (chatState((await lockOwn(tx, id)).state) !== 'closed') await confirmSolved(tx, id)
}

/** The customer says it is not solved after all. What goes on already stays as it is. */
export async function reopenByCustomer(tx: Tx, id: TicketId): Promise<void> {
  const { state } = await lockOwn(tx, id)
  await needHeard(tx, id)
  if (chatState(state) === 'closed') throw refusal('tickets.closed')
  if (state === 'resolved') await reopenTicket(tx, id)
}

/** The complaint button; on what has ended for good there is nobody left to hear it. */
export async function complainAsCustomer(tx: Tx, id: TicketId): Promise<void> {
  const { state, complained_at } = await lockOwn(tx, id)
  await needHeard(tx, id)
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
  if (same) return
  await needHeard(tx, id)
  await giveRating(tx, id, given)
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
