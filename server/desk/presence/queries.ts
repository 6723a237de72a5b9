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
 * Open conversations whose people have been silent since `before`, counted from when they got them: their page may still
 * be opening. And those of people who are on no post any more: given to them in the second in which they left, or left
 * over from a shift to which they never came.
 */
export async function listLostWork(db: Reader, before: Date, limit: number): Promise<LostWork[]> {
  const { rows } = await sql<{ ticket_id: string; staff_id: string; epoch: number }>`
    select g.ticket_id, g.staff_id, g.epoch from assignments g
    left join attendances a on a.staff_id = g.staff_id and a.checked_out_at is null
    left join shifts s on s.id = g.shift_id
    where g.ended_at is null and g.opened_at < ${before} and case when a.id is not null
      then not exists (select from presence p where p.staff_id = g.staff_id and p.seen_at >= ${before})
      else s.id is null or s.ends_at < ${before} or exists (
        select from attendances e where e.shift_id = s.id and e.checked_out_at < ${before}) end
    order by g.id limit ${limit}`.execute(db)
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
    select g.ticket_id, g.staff_id, g.epoch, t.waiting_on, t.last_message_at, coalesce(a.stays_until, s.ends_at) as ends_at
    from assignments g
    join tickets t on t.id = g.ticket_id
    join attendances a on a.staff_id = g.staff_id and a.checked_out_at is null
    join shifts s on s.id = a.shift_id and s.ends_at <= ${now} and coalesce(a.stays_until, s.ends_at) <= ${now}
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
