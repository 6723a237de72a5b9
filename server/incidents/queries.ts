import { type Selectable, sql } from 'kysely'
import type { IncidentId, StaffId, TicketId } from '../kernel/ids.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'
import type { IncidentKind, IncidentLevel, IncidentState } from './rules.ts'
import type { IncidentTables } from './tables.ts'

export type IncidentRow = {
  id: IncidentId
  number: string
  kind: IncidentKind
  level: IncidentLevel
  state: IncidentState
  ticketId: TicketId | null
  openedAt: Date
}

/** Undefined where one about this ticket is open already: one complaint, however often the button is pressed. */
export async function insertIncident(
  tx: Tx,
  incident: { kind: IncidentKind; level: IncidentLevel; ticketId: TicketId | null },
): Promise<IncidentId | undefined> {
  const row = await tx.db
    .insertInto('incidents')
    .values({
      kind: incident.kind,
      level: incident.level,
      state: 'open',
      ticket_id: incident.ticketId,
      opened_at: tx.now,
      acknowledged_at: null,
      acknowledged_by: null,
      resolved_at: null,
      resolved_by: null,
      measures: null,
      for_customer: null,
      closed_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as IncidentId | undefined
}

/** The row, locked; lock its ticket first. @throws NotFound */
export async function lockIncident(tx: Tx, id: IncidentId): Promise<IncidentRow> {
  const row = await tx.db
    .selectFrom('incidents')
    .select(['id', 'number', 'kind', 'level', 'state', 'ticket_id', 'opened_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return incidentOf(row)
}

type Row = Pick<
  Selectable<IncidentTables['incidents']>,
  'id' | 'number' | 'kind' | 'level' | 'state' | 'ticket_id' | 'opened_at'
>
const incidentOf = (row: Row): IncidentRow => ({
  id: row.id as IncidentId,
  number: row.number,
  kind: row.kind,
  level: row.level,
  state: row.state,
  ticketId: row.ticket_id as TicketId | null,
  openedAt: row.opened_at,
})

type Change = {
  state: IncidentState
  acknowledged_at?: Date
  acknowledged_by?: StaffId
  resolved_at?: Date
  resolved_by?: StaffId
  measures?: string
  for_customer?: string | null
  closed_at?: Date
}

export const setIncident = (tx: Tx, id: IncidentId, change: Change) =>
  tx.db
    .updateTable('incidents')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

export type IncidentView = IncidentRow & {
  ticketNumber: string | null
  subject: string | null
  customerName: string | null
  /** Who has the conversation it is about. */
  heldBy: StaffId | null
  acknowledgedAt: Date | null
  acknowledgedBy: { name: string; nameEn: string } | null
  resolvedAt: Date | null
  resolvedBy: { id: StaffId; name: string; nameEn: string } | null
  measures: string | null
  forCustomer: string | null
  closedAt: Date | null
}

const viewRows = (db: Reader) =>
  db
    .selectFrom('incidents as i')
    .leftJoin('tickets as t', 't.id', 'i.ticket_id')
    .leftJoin('customers as c', 'c.id', 't.customer_id')
    .leftJoin('assignments as h', (join) => join.onRef('h.ticket_id', '=', 't.id').on('h.ended_at', 'is', null))
    .leftJoin('staff as a', 'a.id', 'i.acknowledged_by')
    .leftJoin('staff as r', 'r.id', 'i.resolved_by')
    .selectAll('i')
    .select([
      't.number as ticket_number',
      't.subject',
      'c.name as customer',
      'h.staff_id as held_by',
      'a.name as acknowledger',
      'a.name_en as acknowledger_en',
      'r.name as resolver',
      'r.name_en as resolver_en',
    ])
type ViewRow = Awaited<ReturnType<ReturnType<typeof viewRows>['execute']>>[number]

const viewOf = (row: ViewRow): IncidentView => ({
  ...incidentOf(row),
  ticketNumber: row.ticket_number,
  subject: row.subject,
  customerName: row.customer,
  heldBy: row.held_by as StaffId | null,
  acknowledgedAt: row.acknowledged_at,
  acknowledgedBy: row.acknowledger ? { name: row.acknowledger, nameEn: row.acknowledger_en ?? '' } : null,
  resolvedAt: row.resolved_at,
  resolvedBy: row.resolver
    ? { id: row.resolved_by as StaffId, name: row.resolver, nameEn: row.resolver_en ?? '' }
    : null,
  measures: row.measures,
  forCustomer: row.for_customer,
  closedAt: row.closed_at,
})

/** @throws NotFound */
export async function viewIncident(db: Reader, id: IncidentId): Promise<IncidentView> {
  const row = await viewRows(db).where('i.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return viewOf(row)
}

/** Those that still need somebody, the oldest first; then the newest that do not. */
export async function listIncidents(db: Reader, limit: number): Promise<IncidentView[]> {
  const rows = await viewRows(db)
    .orderBy(sql`i.state in ('resolved', 'closed')`)
    .orderBy(
      sql`case when i.state in ('resolved', 'closed') then -extract(epoch from i.opened_at) else extract(epoch from i.opened_at) end`,
    )
    .limit(limit)
    .execute()
  return rows.map(viewOf)
}

/** Those that still need somebody, the unseen and the oldest first. */
export async function listOpenIncidents(db: Reader, limit: number): Promise<IncidentView[]> {
  const rows = await viewRows(db)
    .where('i.state', 'in', ['open', 'acknowledged'])
    .orderBy(sql`i.state = 'open'`, 'desc')
    .orderBy('i.opened_at')
    .limit(limit)
    .execute()
  return rows.map(viewOf)
}

export async function countOpenIncidents(db: Reader): Promise<number> {
  const { count } = await db
    .selectFrom('incidents')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Open and acknowledged ones about a ticket. */
export async function openIncidentsOf(db: Reader, ticketId: TicketId): Promise<IncidentRow[]> {
  const rows = await viewRows(db)
    .where('i.ticket_id', '=', ticketId)
    .where('i.state', 'in', ['open', 'acknowledged'])
    .orderBy('i.id')
    .execute()
  return rows.map(viewOf)
}

export const ticketOfIncident = async (db: Reader, id: IncidentId): Promise<TicketId | null> => {
  const row = await db.selectFrom('incidents').select('ticket_id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row.ticket_id as TicketId | null
}
