import { sql } from 'kysely'
import type { StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/** What this process sees, in one statement; an older sight never overwrites a newer one. */
export async function storeSeen(db: Reader, process: string, staffIds: readonly StaffId[], at: Date): Promise<void> {
  if (staffIds.length === 0) return
  await sql`
    insert into presence (staff_id, process, seen_at)
    select id, ${process}, ${at} from unnest(${[...staffIds]}::bigint[]) as seen (id)
    on conflict (staff_id, process) do update set seen_at = greatest(presence.seen_at, excluded.seen_at)`.execute(db)
}

/** Processes that are gone leave rows behind; a day later they say nothing any more. */
export const forgetOldPresence = (db: Reader, before: Date) =>
  db.deleteFrom('presence').where('seen_at', '<', before).execute()

export type LostWork = { ticketId: TicketId; staffId: StaffId; epoch: number }

/**
 * Open conversations of people who were seen after they got them and have been silent since `before`. Somebody who was
 * never seen at all since then is not judged: their page may still be opening, and history that was loaded has no pages.
 */
export async function listLostWork(db: Reader, before: Date, limit: number): Promise<LostWork[]> {
  const { rows } = await sql<{ ticket_id: string; staff_id: string; epoch: number }>`
    select a.ticket_id, a.staff_id, a.epoch from assignments a
    join lateral (select max(seen_at) as seen_at from presence p where p.staff_id = a.staff_id) seen on true
    where a.ended_at is null and seen.seen_at < ${before}
      and seen.seen_at >= a.opened_at - interval '5 minutes'
    order by a.id limit ${limit}`.execute(db)
  return rows.map((row) => ({
    ticketId: row.ticket_id as TicketId,
    staffId: row.staff_id as StaffId,
    epoch: row.epoch,
  }))
}

/** Open conversations of people whose shift is over, with what decides whether they go back now. */
export async function listAfterShift(
  db: Reader,
  now: Date,
  limit: number,
): Promise<(LostWork & { waitingOn: 'us' | 'customer'; lastMessageAt: Date; shiftEndsAt: Date })[]> {
  const { rows } = await sql<{
    ticket_id: string
    staff_id: string
    epoch: number
    waiting_on: 'us' | 'customer'
    last_message_at: Date
    ends_at: Date
  }>`
    select g.ticket_id, g.staff_id, g.epoch, t.waiting_on, t.last_message_at, s.ends_at
    from assignments g
    join tickets t on t.id = g.ticket_id
    join attendances a on a.staff_id = g.staff_id and a.checked_out_at is null
    join shifts s on s.id = a.shift_id and s.ends_at <= ${now}
    where g.ended_at is null order by g.id limit ${limit}`.execute(db)
  return rows.map((row) => ({
    ticketId: row.ticket_id as TicketId,
    staffId: row.staff_id as StaffId,
    epoch: row.epoch,
    waitingOn: row.waiting_on,
    lastMessageAt: row.last_message_at,
    shiftEndsAt: row.ends_at,
  }))
}

export const openWorkOf = async (db: Reader, staffId: StaffId): Promise<TicketId[]> =>
  (
    await db
      .selectFrom('assignments')
      .select('ticket_id')
      .where('staff_id', '=', staffId)
      .where('ended_at', 'is', null)
      .orderBy('ticket_id')
      .execute()
  ).map((row) => row.ticket_id as TicketId)
