import type { MessageId, TicketId, VisitorId } from '../kernel/ids.ts'
import { HOUR, plus } from '../kernel/time.ts'
import type { Reader } from '../schema.ts'
import { listCategories } from '../settings/queries.ts'
import { standsFor } from '../tickets/merging/queries.ts'
import { type Marks, marksOf } from '../tickets/messages/queries.ts'
import { isConfirmed, queuePlace, type TicketView } from '../tickets/queries.ts'
import { ratingOf } from '../tickets/ratings/queries.ts'
import type { RatingReason } from '../tickets/ratings/rules.ts'
import { type ChatState, chatState, expectedWait, type Topic } from './rules.ts'

/** A request as its own customer sees it: no staff matters, nothing of other customers but how many stand before. */
export type CustomerTicket = {
  id: TicketId
  number: string
  subject: string
  state: ChatState
  /** Place in the queue from 1, where it waits there. */
  place: number | null
  /** Minutes, from how long others have just waited; null where that says nothing. */
  expectedWait: number | null
  with: { name: string; nameEn: string } | null
  promisedAt: string | null
  complained: boolean
  round: number
  lastSeq: number
  rating: CustomerRating | null
  /** Until when a word of the customer reopens it, once it is resolved. */
  canReopenUntil: string | null
  /** The customer has said that it is solved. */
  confirmed: boolean
  /** The request that this one was merged into and that goes on instead, else null. */
  mergedInto: TicketId | null
  marks: Marks
  createdAt: string
}
export type CustomerRating = {
  state: 'asked' | 'given'
  service: number | null
  product: number | null
  reasons: RatingReason[]
  comment: string | null
}

export async function showTicket(db: Reader, ticket: TicketView, now: Date): Promise<CustomerTicket> {
  const state = chatState(ticket.state)
  const waits = ticket.state === 'queued'
  const [place, waited, marks, rating, confirmed, goesOn] = await Promise.all([
    waits ? queuePlace(db, ticket.id) : null,
    waits ? recentWaits(db, now) : [],
    marksOf(db, ticket.id),
    customerRating(db, ticket.id),
    state === 'resolved' || state === 'closed' ? isConfirmed(db, ticket.id) : false,
    ticket.state === 'merged' ? standsFor(db, ticket.id) : ticket.id,
  ])
  return {
    id: ticket.id,
    number: ticket.number,
    subject: ticket.subject,
    state,
    place: place?.place ?? null,
    expectedWait: waits ? expectedWait(waited, now.getTime() - ticket.place_at.getTime()) : null,
    with: ticket.state === 'open' && ticket.assignment ? nameOf(ticket.assignment) : null,
    promisedAt: ticket.promised_at?.toISOString() ?? null,
    complained: ticket.complained_at !== null,
    round: ticket.round,
    lastSeq: ticket.last_seq,
    rating,
    canReopenUntil: state === 'resolved' ? (ticket.closes_at?.toISOString() ?? null) : null,
    confirmed,
    mergedInto: goesOn === ticket.id ? null : goesOn,
    marks,
    createdAt: ticket.created_at.toISOString(),
  }
}

const nameOf = ({ name, nameEn }: { name: string; nameEn: string }) => ({ name, nameEn })

/** The rating of the present round, while it is asked for or once it is given. */
export async function customerRating(db: Reader, id: TicketId): Promise<CustomerRating | null> {
  const rating = await ratingOf(db, id)
  if (!rating || rating.state === 'withdrawn') return null
  const { state, service, product, reasons, comment } = rating
  return { state, service, product, reasons: reasons as RatingReason[], comment }
}

const RECENT_WAITS = 50

/** How long those waited, in milliseconds, who were answered for the first time in the last hour. */
async function recentWaits(db: Reader, now: Date): Promise<number[]> {
  const rows = await db
    .selectFrom('assignments as a')
    .innerJoin('tickets as t', 't.id', 'a.ticket_id')
    .select(['a.opened_at', 't.created_at'])
    .where('a.epoch', '=', 1)
    .where('a.opened_at', '>', plus(now, -HOUR))
    .where('t.channel', '<>', 'phone')
    .whereRef('t.queued_at', '=', 't.created_at')
    .orderBy('a.opened_at', 'desc')
    .limit(RECENT_WAITS)
    .execute()
  return rows.map((row) => row.opened_at.getTime() - row.created_at.getTime())
}

export type OwnTicket = {
  id: TicketId
  number: string
  subject: string
  state: ChatState
  lastSeq: number
  createdAt: string
}

/** What a visitor has asked so far, newest first. */
export async function ticketsOfVisitor(db: Reader, visitorId: VisitorId, limit: number): Promise<OwnTicket[]> {
  const rows = await db
    .selectFrom('tickets')
    .select(['id', 'number', 'subject', 'state', 'last_seq', 'created_at'])
    .where('visitor_id', '=', visitorId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id as TicketId,
    number: row.number,
    subject: row.subject,
    state: chatState(row.state),
    lastSeq: row.last_seq,
    createdAt: row.created_at.toISOString(),
  }))
}

export type FirstMessage = { ticketId: TicketId; number: string; body: string; seq: number; id: MessageId; at: Date }

/** The question that a visitor has asked under this client id before, if any. */
export async function findAsked(db: Reader, visitorId: VisitorId, clientId: string): Promise<FirstMessage | undefined> {
  const row = await firstMessages(db)
    .where('t.visitor_id', '=', visitorId)
    .where('m.client_id', '=', clientId)
    .executeTakeFirst()
  return row && firstMessage(row)
}

export async function getQuestion(db: Reader, ticketId: TicketId): Promise<FirstMessage> {
  return firstMessage(await firstMessages(db).where('t.id', '=', ticketId).executeTakeFirstOrThrow())
}

const firstMessages = (db: Reader) =>
  db
    .selectFrom('tickets as t')
    .innerJoin('messages as m', (join) => join.onRef('m.ticket_id', '=', 't.id').on('m.seq', '=', 1))
    .select(['t.id as ticketId', 't.number', 'm.id', 'm.body', 'm.seq', 'm.at'])

const firstMessage = (row: Omit<FirstMessage, 'ticketId' | 'id'> & { ticketId: string; id: string }): FirstMessage => ({
  ...row,
  ticketId: row.ticketId as TicketId,
  id: row.id as MessageId,
})

/** What a question may be about. */
export const listTopics = async (db: Reader): Promise<Topic[]> =>
  (await listCategories(db)).map(({ id, parentId, name }) => ({ id, parentId, name }))
