import { sql } from 'kysely'
import type { Channel } from '../events/tickets.ts'
import type { AssignmentId, CategoryId, CustomerId, StaffId, TicketId, VisitorId } from '../kernel/ids.ts'
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

const COLUMNS_SQL = sql.join(COLUMNS.map((column) => sql.ref(column)))

/** Several rows as they stand, for who writes only where they still stand so. */
export async function readTickets(db: Reader, ids: readonly TicketId[]): Promise<TicketRow[]> {
  const { rows } = await sql<TicketRow>`
    select ${COLUMNS_SQL} from tickets where id = any(${[...ids]}::bigint[]) order by id`.execute(db)
  return rows
}

/** Several rows, locked in the order of their ids; those that are gone are left out. */
export async function lockTickets(tx: Tx, ids: readonly TicketId[]): Promise<TicketRow[]> {
  const { rows } = await sql<TicketRow>`
    select ${COLUMNS_SQL} from tickets where id = any(${[...ids]}::bigint[]) order by id for no key update`.execute(
    tx.db,
  )
  return rows
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

/** Requests left while nobody was on post, oldest first. */
export async function listNew(db: Reader, limit: number): Promise<{ id: TicketId; version: number }[]> {
  const rows = await db
    .selectFrom('tickets')
    .select(['id', 'version'])
    .where('state', '=', 'new')
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as TicketId, version: row.version }))
}

/** @throws NotFound */
export async function nameOfStaff(db: Reader, id: StaffId): Promise<{ name: string; nameEn: string }> {
  const row = await db.selectFrom('staff').select(['name', 'name_en']).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return { name: row.name, nameEn: row.name_en }
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
