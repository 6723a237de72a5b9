import type { CustomerId, TicketId, VisitorId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader } from '../../schema.ts'
import type { TicketRow } from '../queries.ts'
import type { TicketState } from '../rules.ts'

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

/** Whose conversation it is. Never changes, so it is read without a lock. @throws NotFound */
export async function getCustomerSide(db: Reader, id: TicketId): Promise<Pick<TicketRow, 'id' | 'visitor_id'>> {
  const row = await db.selectFrom('tickets').select(['id', 'visitor_id']).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row as Pick<TicketRow, 'id' | 'visitor_id'>
}
