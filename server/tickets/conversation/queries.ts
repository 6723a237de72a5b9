import { sql } from 'kysely'
import type { AssignmentEnd } from '../../events/tickets.ts'
import type { CustomerId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import { isExcluded } from '../conduct/queries.ts'
import type { TicketState } from '../rules.ts'

/** How far this colleague has read; 0 for never. */
export async function readSeqOf(db: Reader, ticketId: TicketId, staffId: StaffId): Promise<number> {
  const row = await db
    .selectFrom('marks')
    .select('read_seq')
    .where('ticket_id', '=', ticketId)
    .where('reader', '=', `staff:${staffId}`)
    .executeTakeFirst()
  return row?.read_seq ?? 0
}

/** Number of the customer's last word; 0 where there is none. */
export async function lastCustomerSeq(db: Reader, ticketId: TicketId): Promise<number> {
  const { seq } = await db
    .selectFrom('messages')
    .select((s) => s.fn.coalesce(s.fn.max('seq'), sql<number>`0`).as('seq'))
    .where('ticket_id', '=', ticketId)
    .where('author', '=', 'customer')
    .executeTakeFirstOrThrow()
  return seq
}

/** How this colleague's last part in the conversation ended, if they had one. */
export async function lastPartOf(
  db: Reader,
  ticketId: TicketId,
  staffId: StaffId,
): Promise<{ why: AssignmentEnd; endedAt: Date } | undefined> {
  const row = await db
    .selectFrom('assignments')
    .select(['end_reason', 'ended_at'])
    .where('ticket_id', '=', ticketId)
    .where('staff_id', '=', staffId)
    .where('ended_at', 'is not', null)
    .orderBy('epoch', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.end_reason && row.ended_at ? { why: row.end_reason, endedAt: row.ended_at } : undefined
}

/** How this colleague's part under this epoch ended; undefined while it goes on, or where it never was theirs. */
export async function endOfPart(
  db: Reader,
  ticketId: TicketId,
  staffId: StaffId,
  epoch: number,
): Promise<AssignmentEnd | undefined> {
  const row = await db
    .selectFrom('assignments')
    .select('end_reason')
    .where('ticket_id', '=', ticketId)
    .where('staff_id', '=', staffId)
    .where('epoch', '=', epoch)
    .executeTakeFirst()
  return row?.end_reason ?? undefined
}

export type Part = { name: string; nameEn: string; openedAt: Date; endedAt: Date | null; why: AssignmentEnd | null }

/** Who had this conversation, in order. */
export async function listParts(db: Reader, ticketId: TicketId): Promise<Part[]> {
  const rows = await db
    .selectFrom('assignments as a')
    .innerJoin('staff as s', 's.id', 'a.staff_id')
    .select(['s.name', 's.name_en', 'a.opened_at', 'a.ended_at', 'a.end_reason'])
    .where('a.ticket_id', '=', ticketId)
    .orderBy('a.epoch')
    .execute()
  return rows.map((row) => ({
    name: row.name,
    nameEn: row.name_en,
    openedAt: row.opened_at,
    endedAt: row.ended_at,
    why: row.end_reason,
  }))
}

export type Earlier = {
  ticketId: TicketId
  subject: string
  state: TicketState
  at: Date
  service: number | null
  /** The rating counts for nobody: the ticket has left the appraisal. */
  excluded: boolean
  handler: { name: string; nameEn: string } | null
}

/** What else this customer has asked, the newest first, with how they rated the service and who had it last. */
export async function listEarlier(
  db: Reader,
  customerId: CustomerId,
  except: TicketId,
  limit: number,
): Promise<Earlier[]> {
  const rows = await db
    .selectFrom('tickets as t')
    .leftJoin('ratings as r', (join) =>
      join.onRef('r.ticket_id', '=', 't.id').onRef('r.round', '=', 't.round').on('r.state', '=', 'given'),
    )
    .leftJoin('staff as s', 's.id', 't.last_handler_id')
    .select(['t.id', 't.subject', 't.state', 't.created_at', 'r.service', 's.name', 's.name_en'])
    .select(isExcluded(sql.ref('t.id')).as('excluded'))
    .where('t.customer_id', '=', customerId)
    .where('t.id', '!=', except)
    .orderBy('t.created_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ticketId: row.id as TicketId,
    subject: row.subject,
    state: row.state,
    at: row.created_at,
    service: row.service,
    excluded: row.excluded,
    handler: row.name ? { name: row.name, nameEn: row.name_en ?? '' } : null,
  }))
}
