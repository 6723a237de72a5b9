import type { Channel } from '../events/tickets.ts'
import type { CategoryId, CustomerId, MessageId, TicketId, VisitorId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { Conflict, refuse } from '../kernel/refusal.ts'
import { plus, SECOND } from '../kernel/time.ts'
import { need, staffOf } from '../platform/actor.ts'
import { hashOf, newToken } from '../platform/tokens.ts'
import { announce, announceAll } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { assignTicket, finishAssignment, needAssignment, shiftOf } from './assignments/actions.ts'
import { getCustomerSide } from './customer-side/queries.ts'
import { reopenLocked } from './endings/actions.ts'
import type { FileDetails } from './files/rules.ts'
import { type Accepted, needCustomerOf, postMessage, sayHouse } from './messages/actions.ts'
import { insertTicket } from './opening/queries.ts'
import * as tickets from './queries.ts'
import { subjectOf, topics, whyNotMove } from './rules.ts'
import { answerSeconds } from './sla/queries.ts'

export type Opening = {
  customerId: CustomerId
  visitorId: VisitorId | null
  channel: Channel
  language: Language
  categoryId: CategoryId | null
  question: string
  clientId: string
  cameFrom: string | null
  /** Somebody is on post: the customer waits in the live queue. Else it is kept as new, with what we promised. */
  live: boolean
  promisedAt: Date | null
}

/** What was opened: with the token of its private link, which is returned once. */
export type Opened = {
  ticketId: TicketId
  number: string
  subject: string
  state: 'new' | 'queued'
  linkToken: string
  messageId: MessageId
}

/** A question becomes a ticket, its words become message 1, the house says that they have come, and a private link is made. */
export async function openTicket(tx: Tx, opening: Opening): Promise<Opened> {
  const { live, question, clientId, promisedAt, ...ticket } = opening
  const state = live ? 'queued' : 'new'
  const subject = subjectOf(question)
  const linkToken = newToken()
  const { id, number, messageIds } = await insertTicket(tx, {
    ...ticket,
    state,
    subject,
    promisedAt,
    answerDueAt: plus(tx.now, (await answerSeconds(tx)) * SECOND),
    link: hashOf(linkToken),
    question: { clientId, body: question },
    answer: {
      clientId: crypto.randomUUID(),
      ...(promisedAt
        ? { code: 'promised', details: { at: promisedAt.toISOString() } }
        : { code: 'received', details: {} }),
    },
  })
  const [messageId, answerId] = messageIds
  const words = { about: [`ticket:${id}`] }
  const { channel, categoryId } = ticket
  await announceAll(tx, [
    { name: 'ticket.created', payload: { ticketId: id, channel, categoryId, round: 1 }, ...topics(id) },
    { name: 'message.posted', payload: { ticketId: id, messageId, seq: 1, by: 'customer' }, ...words },
    { name: 'message.posted', payload: { ticketId: id, messageId: answerId, seq: 2, by: 'house' }, ...words },
    ...(live
      ? [
          {
            name: 'ticket.queued',
            payload: { ticketId: id, round: 1, head: false, why: 'asked' },
            ...topics(id),
          } as const,
        ]
      : []),
  ])
  return { ticketId: id, number, subject, state, linkToken, messageId }
}

/** A request left while nobody was on post enters the live queue. */
export async function queueTicket(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  if (ticket.state !== 'new') return
  // Nothing counts before it is in the queue: its clocks begin now.
  const answerDueAt = plus(tx.now, (await answerSeconds(tx)) * SECOND)
  await tickets.setTicket(tx, id, { state: 'queued', queued_at: tx.now, answer_due_at: answerDueAt })
  await announce(
    tx,
    'ticket.queued',
    { ticketId: id, round: ticket.round, head: ticket.head, why: 'opened' },
    topics(id),
  )
}

/** A request that came by phone, written down by the agent who took the call and theirs at once. */
export async function enterTicket(
  tx: Tx,
  entry: Omit<Opening, 'visitorId' | 'channel' | 'cameFrom' | 'live' | 'promisedAt'>,
): Promise<{ ticketId: TicketId; number: string }> {
  need(tx, 'ticket.enter')
  const { ticketId, number } = await openTicket(tx, {
    ...entry,
    visitorId: null,
    channel: 'phone',
    cameFrom: null,
    live: true,
    promisedAt: null,
  })
  const staffId = staffOf(tx)
  await assignTicket(tx, ticketId, { staffId, shiftId: await shiftOf(tx, staffId), how: 'entered' })
  return { ticketId, number }
}

/** Need, category and result as the agent understands them (REGULATION row 15); each may be saved before the others are known. */
export async function describeTicket(
  tx: Tx,
  id: TicketId,
  words: { epoch: number; categoryId: CategoryId | null; need: string | null; result: string | null },
): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  await needAssignment(tx, ticket, words.epoch)
  await tickets.setTicket(tx, id, { category_id: words.categoryId, need: words.need, result: words.result })
  await announce(tx, 'ticket.described', { ticketId: id, categoryId: words.categoryId }, topics(id))
}

/** The customer's word in a conversation; on a resolved ticket it reopens it, to the head of the queue. */
export async function writeAsCustomer(
  tx: Tx,
  id: TicketId,
  word: { clientId: string; body: string; file?: FileDetails },
): Promise<Accepted> {
  needCustomerOf(tx, await getCustomerSide(tx.db, id))
  const message = { ticketId: id, by: { kind: 'customer' }, ...word } as const
  try {
    return await postMessage(tx, message)
  } catch (error) {
    if (!(error instanceof Conflict) || error.code !== 'conversation_closed') throw error
    const ticket = await tickets.lockTicket(tx, id)
    if (ticket.state !== 'resolved') throw error
    await reopenLocked(tx, ticket)
    return postMessage(tx, message)
  }
}

/** The complaint button: marked, at the head of the queue, and the duty manager hears of it (REGULATION row 59). */
export async function complain(tx: Tx, id: TicketId): Promise<void> {
  const locked = await tickets.lockTicket(tx, id)
  needCustomerOf(tx, locked)
  if (locked.complained_at && locked.state !== 'resolved') return
  if (locked.state === 'resolved') await reopenLocked(tx, locked)
  else refuse(whyNotMove(locked.state, 'resolve'))
  await markComplaint(tx, id)
}

/** The customer complains to the agent who has the conversation, by word or on the phone: the same as their own button. */
export async function noteComplaint(tx: Tx, id: TicketId, { epoch }: { epoch: number }): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  await needAssignment(tx, ticket, epoch)
  if (!ticket.complained_at) await markComplaint(tx, id)
}

async function markComplaint(tx: Tx, id: TicketId): Promise<void> {
  await tickets.setTicket(tx, id, { complained_at: tx.now, head: true })
  await sayHouse(tx, id, 'complained')
  const { round } = await tickets.lockTicket(tx, id)
  await announce(tx, 'ticket.complained', { ticketId: id, round }, topics(id))
}

/** Not a request at all. It leaves the queue and every count. */
export async function markSpam(tx: Tx, id: TicketId, { epoch }: { epoch: number }): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  const assignment = await needAssignment(tx, ticket, epoch)
  refuse(whyNotMove(ticket.state, 'mark_spam'))
  await finishAssignment(tx, ticket, assignment, 'spam')
  await tickets.setTicket(tx, id, { state: 'spam', closed_at: tx.now, answer_due_at: null })
  await announce(tx, 'ticket.marked_spam', { ticketId: id }, topics(id))
}
