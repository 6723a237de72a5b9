import { sql } from 'kysely'
import type { StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

/**
 * When somebody must look at a ticket next: its answer clock or its soonest promise; `fallback` where nothing is owed.
 * A time that has passed is not next any more: those rings have rung.
 */
export async function storeNext(tx: Tx, ticketId: TicketId, fallback: Date): Promise<void> {
  await sql`
    update tickets t set next_at = coalesce((
      select min(at) from (
        select t.answer_due_at as at union all
        select p.due_at from promises p where p.ticket_id = t.id and p.state = 'open' union all
        select t.promised_at where t.state = 'new'
      ) owed where at > ${tx.now}
    ), ${fallback}) where t.id = ${ticketId}`.execute(tx.db)
}

/** Open tickets whose next time has come, the longest first. */
export async function listFollowUps(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: TicketId; version: number }[]> {
  const rows = await db
    .selectFrom('tickets')
    .select(['id', 'next_at'])
    .where('state', 'in', ['new', 'queued', 'open'])
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as TicketId, version: row.next_at?.getTime() ?? 0 }))
}

export async function nextOf(db: Reader, ticketId: TicketId): Promise<Date | null> {
  const row = await db.selectFrom('tickets').select('next_at').where('id', '=', ticketId).executeTakeFirst()
  return row?.next_at ?? null
}

export type FollowUp = { ticketId: TicketId; staffId: StaffId | null }
