import { sql } from 'kysely'
import { type ConductNotice, type NoticeJson, noticeFrom, noticeOn } from '../customers/abuse/measures/queries.ts'
import { onPostAt } from '../desk/on-post/queries.ts'
import { ERASED } from '../kernel/erased.ts'
import type { StaffId, TicketId, VisitorId } from '../kernel/ids.ts'
import type { Reader } from '../schema.ts'
import { currentSettings, listCategories } from '../settings/queries.ts'
import { type MarkRow, type Marks, marksFrom } from '../tickets/messages/queries.ts'
import type { TicketView } from '../tickets/queries.ts'
import { aheadOf } from '../tickets/queue/queries.ts'
import { ratingOf } from '../tickets/ratings/queries.ts'
import type { RatingReason } from '../tickets/ratings/rules.ts'
import { ANSWERS_THAT_TELL, type ChatState, chatState, expectedWait, type Pace, type Topic } from './rules.ts'

/** A request as its own customer sees it: no staff matters, nothing of other customers but how many stand before. */
export type CustomerTicket = {
  id: TicketId
  number: string
  subject: string
  state: ChatState
  /** Place in the queue from 1, where it waits there. */
  place: number | null
  /** Minutes within which four of five at this place are answered; null where nothing honest can be said yet. */
  expectedWait: number | null
  with: { staffId: StaffId; name: string; nameEn: string } | null
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
  /** What is in force on this customer, in plain words by the client; null: nothing. */
  notice: ConductNotice | null
  createdAt: string
}
export type CustomerRating = {
  state: 'asked' | 'given'
  service: number | null
  product: number | null
  reasons: RatingReason[]
  comment: string | null
}

/** What of a ticket its customer's view is made of; whoever has just opened one knows it without asking. */
export type TicketFacts = Pick<
  TicketView,
  | 'id'
  | 'number'
  | 'subject'
  | 'state'
  | 'assignment'
  | 'promised_at'
  | 'complained_at'
  | 'round'
  | 'last_seq'
  | 'closes_at'
  | 'created_at'
>

export async function showTicket(db: Reader, ticket: TicketFacts, now: Date): Promise<CustomerTicket> {
  const state = chatState(ticket.state)
  const { ahead, pace, marks, rating, confirmed, mergedInto, notice } = await readAround(db, ticket, now)
  const place = ahead === null ? null : Number(ahead) + 1
  return {
    id: ticket.id,
    number: ticket.number,
    subject: ticket.subject,
    state,
    place,
    expectedWait: pace && place ? expectedWait(pace, place) : null,
    with: ticket.state === 'open' && ticket.assignment ? personOf(ticket.assignment) : null,
    promisedAt: ticket.promised_at?.toISOString() ?? null,
    complained: ticket.complained_at !== null,
    round: ticket.round,
    lastSeq: ticket.last_seq,
    rating: ratingFor(rating),
    canReopenUntil: state === 'resolved' ? (ticket.closes_at?.toISOString() ?? null) : null,
    confirmed,
    mergedInto: mergedInto ?? null,
    marks: marksFrom(marks),
    notice: noticeFrom(notice, await currentSettings(db)),
    createdAt: ticket.created_at.toISOString(),
  }
}

const personOf = ({ staffId, name, nameEn }: NonNullable<CustomerTicket['with']>) => ({ staffId, name, nameEn })

/** The rating of the present round, while it is asked for or once it is given. */
export const customerRating = async (db: Reader, id: TicketId): Promise<CustomerRating | null> =>
  ratingFor(await ratingOf(db, id))

type AnyRating = Omit<CustomerRating, 'state' | 'reasons'> & {
  state: CustomerRating['state'] | 'withdrawn'
  reasons: string[]
}
function ratingFor(rating: AnyRating | null | undefined): CustomerRating | null {
  if (!rating || rating.state === 'withdrawn') return null
  const { state, service, product, reasons, comment } = rating
  return { state, service, product, reasons: reasons as RatingReason[], comment: comment === ERASED ? null : comment }
}

type Around = {
  ahead: string | null
  pace: Pace | null
  marks: MarkRow[]
  rating: AnyRating | null
  confirmed: boolean
  mergedInto: TicketId | null
  notice: NoticeJson | null
}

/** Everything around a ticket that its view needs, in one statement; place and pace only where it waits. */
async function readAround(db: Reader, { id, round, state }: TicketFacts, now: Date): Promise<Around> {
  const waits = state === 'queued'
  const settings = await currentSettings(db)
  const mine = (column: string) => sql`(select ${sql.ref(column)} from tickets where id = ${id})`
  const here = { customer: mine('customer_id'), visitor: mine('visitor_id'), begun: mine('created_at') }
  const { rows } = await sql<Around>`
    select
      ${waits ? sql`(select ${aheadOf(sql.ref('t'))} from tickets t where t.id = ${id} and t.state = 'queued')` : sql`null`} as ahead,
      ${waits ? paceAt(now, settings) : sql`null::json`} as pace,
      ${noticeOn(here, now)} as notice,
      (select coalesce(json_agg(m), '[]') from (
        select reader, delivered_seq, read_seq from marks where ticket_id = ${id}) m) as marks,
      (select to_json(r) from (
        select state, service, product, reasons, comment from ratings where ticket_id = ${id} and round = ${round}) r) as rating,
      ${['resolved', 'closed'].includes(state) ? sql`(select confirmed_at is not null from tickets where id = ${id})` : sql`false`} as confirmed,
      ${state === 'merged' ? sql`(select into_id::text from ticket_merges where from_id = ${id} and split_at is null)` : sql`null`} as "mergedInto"`.execute(
    db,
  )
  return (
    rows[0] ?? { ahead: null, pace: null, marks: [], rating: null, confirmed: false, mergedInto: null, notice: null }
  )
}

/** Who is able, and who was taken from the queue for the first time since the running shifts began; one more than tells, for its turn. */
const paceAt = (now: Date, settings: Parameters<typeof onPostAt>[1]) => sql`(
  select json_build_object('able', p.able, 'accepted', (
    select coalesce(json_agg(w order by w."acceptedAt"), '[]') from (
      select a.staff_id::text as by, extract(epoch from t.created_at)::float8 * 1000 as "queuedAt",
        extract(epoch from a.opened_at)::float8 * 1000 as "acceptedAt"
      from assignments a join tickets t on t.id = a.ticket_id
      where a.epoch = 1 and a.opened_at >= p.since and t.channel not in ('phone', 'mail') and t.queued_at = t.created_at
      order by a.opened_at desc limit ${sql.lit(ANSWERS_THAT_TELL + 1)}) w))
  from ${onPostAt(now, settings)} p)`

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

/** What a question may be about. */
export const listTopics = async (db: Reader): Promise<Topic[]> =>
  (await listCategories(db)).map(({ id, parentId, name }) => ({ id, parentId, name }))
