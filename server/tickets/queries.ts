import { type RawBuilder, sql } from 'kysely'
import type { AssignmentEnd, Channel } from '../events/tickets.ts'
import type {
  AssignmentId,
  CategoryId,
  CustomerId,
  MessageId,
  ShiftId,
  StaffId,
  TicketId,
  VisitorId,
} from '../kernel/ids.ts'
import type { Bilingual, Language } from '../kernel/language.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'
import type { TicketState } from './rules.ts'

const COLUMNS = [
  'id',
  'number',
  'round',
  'state',
  'waiting_on',
  'customer_id',
  'visitor_id',
  'channel',
  'language',
  'category_id',
  'subject',
  'came_from',
  'need',
  'result',
  'head',
  'place_at',
  'created_at',
  'queued_at',
  'complained_at',
  'answer_due_at',
  'first_answered_at',
  'promised_at',
  'last_seq',
  'last_message_at',
  'epoch',
  'last_handler_id',
  'resolved_at',
  'resolved_by',
  'closes_at',
  'closed_at',
  'version',
] as const

export type TicketRow = {
  id: TicketId
  number: string
  round: number
  state: TicketState
  waiting_on: 'us' | 'customer'
  customer_id: CustomerId
  visitor_id: VisitorId | null
  channel: Channel
  language: Language
  category_id: CategoryId | null
  subject: string
  came_from: string | null
  need: string | null
  result: string | null
  head: boolean
  place_at: Date
  created_at: Date
  queued_at: Date | null
  complained_at: Date | null
  answer_due_at: Date | null
  first_answered_at: Date | null
  promised_at: Date | null
  last_seq: number
  last_message_at: Date
  epoch: number
  last_handler_id: StaffId | null
  resolved_at: Date | null
  resolved_by: StaffId | null
  closes_at: Date | null
  closed_at: Date | null
  version: number
}

/** A ticket with what its pages show around it. */
export type TicketView = TicketRow & {
  customerName: string
  /** When its words were erased. */
  erasedAt: Date | null
  category: { code: string; name: Bilingual } | null
  assignment: { id: AssignmentId; staffId: StaffId; name: string; nameEn: string; epoch: number; openedAt: Date } | null
}

/** @throws NotFound */
export async function getTicket(db: Reader, id: TicketId): Promise<TicketView> {
  const row = await db
    .selectFrom('tickets as t')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .leftJoin('categories as k', 'k.id', 't.category_id')
    .leftJoin('assignments as a', (join) => join.onRef('a.ticket_id', '=', 't.id').on('a.ended_at', 'is', null))
    .leftJoin('staff as s', 's.id', 'a.staff_id')
    .select(COLUMNS.map((column) => `t.${column}` as const))
    .select([
      'c.name as customerName',
      't.erased_at as erasedAt',
      'k.code',
      'k.name as categoryName',
      'a.id as assignmentId',
      'a.staff_id',
      'a.epoch as assignmentEpoch',
      'a.opened_at',
      's.name',
      's.name_en',
    ])
    .where('t.id', '=', id)
    .executeTakeFirst()
  if (!row) throw new NotFound()
  const {
    customerName,
    erasedAt,
    code,
    categoryName,
    assignmentId,
    staff_id,
    assignmentEpoch,
    opened_at,
    name,
    name_en,
    ...ticket
  } = row
  return {
    ...(ticket as TicketRow),
    customerName,
    erasedAt,
    category: code && categoryName ? { code, name: categoryName } : null,
    assignment:
      assignmentId && staff_id && opened_at
        ? {
            id: assignmentId as AssignmentId,
            staffId: staff_id as StaffId,
            name: name ?? '',
            nameEn: name_en ?? '',
            epoch: assignmentEpoch ?? 0,
            openedAt: opened_at,
          }
        : null,
  }
}

export const isTicket = async (db: Reader, id: TicketId): Promise<boolean> =>
  (await db.selectFrom('tickets').select('id').where('id', '=', id).executeTakeFirst()) !== undefined

export const isErased = async (db: Reader, id: TicketId): Promise<boolean> =>
  (await db
    .selectFrom('tickets')
    .select('id')
    .where('id', '=', id)
    .where('erased_at', 'is not', null)
    .executeTakeFirst()) !== undefined

/**
 * The row, locked to the end of the transaction. Tickets are locked before staff, in id order. Others may go on writing
 * rows that refer to it: only a stronger lock, that of an erasure, keeps those out. @throws NotFound
 */
export async function lockTicket(tx: Tx, id: TicketId): Promise<TicketRow> {
  const row = await tx.db.selectFrom('tickets').select(COLUMNS).where('id', '=', id).forNoKeyUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return row as TicketRow
}

/** Several rows, locked in the order of their ids; those that are gone are left out. */
export async function lockTickets(tx: Tx, ids: readonly TicketId[]): Promise<TicketRow[]> {
  const { rows } = await sql<TicketRow>`
    select ${sql.join(COLUMNS.map((column) => sql.ref(column)))} from tickets where id = any(${[...ids]}::bigint[]) order by id for no key update`.execute(
    tx.db,
  )
  return rows
}

export type NewTicket = {
  state: 'new' | 'queued'
  customerId: CustomerId
  visitorId: VisitorId | null
  channel: Channel
  language: Language
  categoryId: CategoryId | null
  subject: string
  cameFrom: string | null
  promisedAt: Date | null
  answerDueAt: Date
  /** Hash of the token of its private link. */
  link: Buffer
  question: { clientId: string; body: string }
  /** What the house says to it. */
  answer: { clientId: string; code: string; details: Record<string, string> }
}

/** The ticket with its private link, the question as message 1 and the first line of the house as message 2, in one statement. */
export async function insertTicket(
  tx: Tx,
  { question, answer, ...ticket }: NewTicket,
): Promise<{ id: TicketId; number: string; messageIds: [MessageId, MessageId] }> {
  const { rows } = await sql<{ id: string; number: string; messages: [MessageId, MessageId] }>`
    with ticket as (
      insert into tickets (state, customer_id, visitor_id, channel, language, category_id, subject, came_from, promised_at,
        place_at, created_at, last_message_at, queued_at, answer_due_at, last_seq)
      values (${ticket.state}, ${ticket.customerId}, ${ticket.visitorId}, ${ticket.channel}, ${ticket.language},
        ${ticket.categoryId}, ${ticket.subject}, ${ticket.cameFrom}, ${ticket.promisedAt}, ${tx.now}, ${tx.now}, ${tx.now},
        ${ticket.state === 'queued' ? tx.now : null}, ${ticket.answerDueAt}, 2) returning id, number
    ), link as (
      insert into request_links (token_hash, ticket_id, made_at) select ${ticket.link}, id, ${tx.now} from ticket
    ), words as (
      insert into messages (ticket_id, seq, round, author, client_id, body, code, details, at)
      select id, 1, 1, 'customer', ${question.clientId}::uuid, ${question.body}::text, null::text, null::jsonb, ${tx.now}::timestamptz
      from ticket union all
      select id, 2, 1, 'house', ${answer.clientId}, '', ${answer.code}, ${JSON.stringify(answer.details)}, ${tx.now} from ticket
      returning id, seq
    )
    select id::text, number, array(select words.id::text from words order by seq) as messages from ticket`.execute(
    tx.db,
  )
  const [row] = rows
  if (!row) throw new Error('the ticket was not written')
  return { id: row.id as TicketId, number: row.number, messageIds: row.messages }
}

type Change = Partial<
  Pick<
    TicketRow,
    | 'state'
    | 'round'
    | 'waiting_on'
    | 'head'
    | 'queued_at'
    | 'category_id'
    | 'need'
    | 'result'
    | 'complained_at'
    | 'answer_due_at'
    | 'promised_at'
    | 'epoch'
    | 'last_handler_id'
    | 'resolved_at'
    | 'resolved_by'
    | 'closes_at'
    | 'closed_at'
    | 'place_at'
  >
>

/** Writes columns of a locked ticket and counts its version up. */
export async function setTicket(tx: Tx, id: TicketId, change: Change): Promise<void> {
  await tx.db
    .updateTable('tickets')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()
}

export type OpenAssignment = {
  id: AssignmentId
  staffId: StaffId
  shiftId: ShiftId | null
  epoch: number
  openedAt: Date
}

export async function findOpenAssignment(db: Reader, ticketId: TicketId): Promise<OpenAssignment | undefined> {
  const row = await db
    .selectFrom('assignments')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return (
    row && {
      id: row.id as AssignmentId,
      staffId: row.staff_id as StaffId,
      shiftId: row.shift_id as ShiftId | null,
      epoch: row.epoch,
      openedAt: row.opened_at,
    }
  )
}

/** Which of these are in this person's hands now. */
export async function listHeldAmong(
  db: Reader,
  staffId: StaffId,
  ids: readonly TicketId[],
): Promise<ReadonlySet<TicketId>> {
  const rows = await db
    .selectFrom('assignments')
    .select('ticket_id')
    .where('staff_id', '=', staffId)
    .where('ticket_id', 'in', [...ids])
    .where('ended_at', 'is', null)
    .execute()
  return new Set(rows.map((row) => row.ticket_id as TicketId))
}

/** The assignment that ended last, with how. */
export async function findLastAssignment(
  db: Reader,
  ticketId: TicketId,
): Promise<(OpenAssignment & { endedAt: Date | null; why: AssignmentEnd | null }) | undefined> {
  const row = await db
    .selectFrom('assignments')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .where('ended_at', 'is not', null)
    .orderBy('epoch', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (
    row && {
      id: row.id as AssignmentId,
      staffId: row.staff_id as StaffId,
      shiftId: row.shift_id as ShiftId | null,
      epoch: row.epoch,
      openedAt: row.opened_at,
      endedAt: row.ended_at,
      why: row.end_reason,
    }
  )
}

export async function insertAssignment(
  tx: Tx,
  row: { ticketId: TicketId; staffId: StaffId; shiftId: ShiftId | null; round: number; epoch: number },
): Promise<AssignmentId> {
  const { id } = await tx.db
    .insertInto('assignments')
    .values({
      ticket_id: row.ticketId,
      staff_id: row.staffId,
      shift_id: row.shiftId,
      round: row.round,
      epoch: row.epoch,
      opened_at: tx.now,
      ended_at: null,
      end_reason: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as AssignmentId
}

export async function endAssignmentRow(tx: Tx, id: AssignmentId, why: AssignmentEnd): Promise<void> {
  await tx.db
    .updateTable('assignments')
    .set({ ended_at: tx.now, end_reason: why })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute()
}

export const listHolds = (db: Reader, ticketId: TicketId) =>
  db.selectFrom('ticket_holds').select(['kind', 'ref']).where('ticket_id', '=', ticketId).orderBy('set_at').execute()

/**
 * The one order of the queue, for lists, places and offers alike: complaints and what came back from a shift, then the
 * clock that runs out soonest, then who came first. `alias` is the ticket's in the statement around it.
 */
export const queueOrder = (alias: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(not ${alias}.head), coalesce(${alias}.answer_due_at, 'infinity'::timestamptz), ${alias}.place_at, ${alias}.id`

/** Who stands further back is told no number: it would change nothing for them, and counting costs more the longer the queue. */
export const PLACES_COUNTED = 200

/** How many stand before this ticket in the live queue, as far as they are counted; null where it does not wait. */
export async function queuePlace(db: Reader, id: TicketId): Promise<{ place: number; ahead: number } | null> {
  const { rows } = await sql<{ ahead: string | null }>`
    select ${aheadOf(sql.ref('t'))} as ahead from tickets t where t.id = ${id} and t.state = 'queued'`.execute(db)
  const [row] = rows
  return row ? { place: Number(row.ahead) + 1, ahead: Number(row.ahead) } : null
}

/** In another statement: how many stand before the ticket `t` while it waits. */
export const aheadOf = (t: RawBuilder<unknown>): RawBuilder<string> => sql<string>`(
  select count(*) from (
    select from tickets q where q.state = 'queued' and (${queueOrder(sql.ref('q'))}) < (${queueOrder(t)})
    order by ${queueOrder(sql.ref('q'))} limit ${sql.lit(PLACES_COUNTED)}
  ) before)`

export type EarlierTicket = {
  id: TicketId
  number: string
  subject: string
  state: TicketState
  createdAt: Date
  service: number | null
}

/** Newest first. */
export async function ticketsOfCustomer(db: Reader, customerId: CustomerId, limit: number): Promise<EarlierTicket[]> {
  const rows = await db
    .selectFrom('tickets as t')
    .leftJoin('ratings as r', (join) =>
      join.onRef('r.ticket_id', '=', 't.id').onRef('r.round', '=', 't.round').on('r.state', '=', 'given'),
    )
    .select(['t.id', 't.number', 't.subject', 't.state', 't.created_at', 'r.service'])
    .where('t.customer_id', '=', customerId)
    .orderBy('t.created_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id as TicketId,
    number: row.number,
    subject: row.subject,
    state: row.state,
    createdAt: row.created_at,
    service: row.service,
  }))
}

/** The open ticket of a visitor, if any: at most one by its index. */
export async function findOpenTicketOfVisitor(db: Reader, visitorId: VisitorId): Promise<TicketId | undefined> {
  const row = await db
    .selectFrom('tickets')
    .select('id')
    .where('visitor_id', '=', visitorId)
    .where('state', 'in', ['new', 'queued', 'open'])
    .executeTakeFirst()
  return row?.id as TicketId | undefined
}

/** Resolved tickets whose silence is over, oldest first. */
export async function listClosing(db: Reader, now: Date, limit: number): Promise<{ id: TicketId; version: number }[]> {
  const rows = await db
    .selectFrom('tickets')
    .select(['id', 'version'])
    .where('state', '=', 'resolved')
    .where('closes_at', '<=', now)
    .orderBy('closes_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as TicketId, version: row.version }))
}

/** Requests left while nobody was on post, oldest first. */
export async function listNew(db: Reader, limit: number): Promise<{ id: TicketId; version: number }[]> {
  const rows = await db
    .selectFrom('tickets')
    .select(['id', 'version'])
    .where('state', '=', 'new')
    .orderBy('created_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as TicketId, version: row.version }))
}

/** Whether the holder of an assignment has written to the customer since it began. */
export async function hasSpoken(
  db: Reader,
  ticketId: TicketId,
  { staffId, openedAt }: Pick<OpenAssignment, 'staffId' | 'openedAt'>,
): Promise<boolean> {
  const row = await db
    .selectFrom('messages')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('staff_id', '=', staffId)
    .where('at', '>=', openedAt)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function isRated(db: Reader, ticketId: TicketId, round: number): Promise<boolean> {
  const row = await db
    .selectFrom('ratings')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('round', '=', round)
    .where('state', '=', 'given')
    .executeTakeFirst()
  return row !== undefined
}

/** One person, in the first round, without anybody else's help (REGULATION row 36). */
export async function isFirstContact(db: Reader, id: TicketId): Promise<boolean> {
  const { rows } = await sql<{ first: boolean }>`
    select t.round = 1
      and (select count(distinct a.staff_id) from assignments a where a.ticket_id = t.id) = 1
      and not exists (select from ticket_pauses p where p.ticket_id = t.id) as first
    from tickets t where t.id = ${id}`.execute(db)
  return rows[0]?.first ?? false
}

export const storeFirstContact = (tx: Tx, id: TicketId, firstContact: boolean) =>
  tx.db.updateTable('tickets').set({ first_contact: firstContact, confirmed_at: null }).where('id', '=', id).execute()

export const isConfirmed = async (db: Reader, id: TicketId): Promise<boolean> =>
  (await db.selectFrom('tickets').select('confirmed_at').where('id', '=', id).executeTakeFirst())?.confirmed_at != null

/** False where the customer had said so before. */
export async function storeConfirmed(tx: Tx, id: TicketId): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('tickets')
    .set({ confirmed_at: tx.now })
    .where('id', '=', id)
    .where('confirmed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** @throws NotFound */
export async function nameOfStaff(db: Reader, id: StaffId): Promise<{ name: string; nameEn: string }> {
  const row = await db.selectFrom('staff').select(['name', 'name_en']).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return { name: row.name, nameEn: row.name_en }
}

/** Whose conversation it is. Never changes, so it is read without a lock. @throws NotFound */
export async function getCustomerSide(db: Reader, id: TicketId): Promise<Pick<TicketRow, 'id' | 'visitor_id'>> {
  const row = await db.selectFrom('tickets').select(['id', 'visitor_id']).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row as Pick<TicketRow, 'id' | 'visitor_id'>
}

/** What a line about each of these tickets says. */
export async function listBriefly(
  db: Reader,
  ids: readonly TicketId[],
): Promise<{ id: TicketId; number: string; subject: string }[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('tickets')
    .select(['id', 'number', 'subject'])
    .where('id', 'in', [...ids])
    .execute()
  return rows.map(({ id, ...row }) => ({ id: id as TicketId, ...row }))
}
