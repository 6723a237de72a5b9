import { type RawBuilder, sql } from 'kysely'
import type { Post } from '../kernel/capabilities.ts'
import type { AttendanceId, ShiftId, StaffId } from '../kernel/ids.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Arrival, How } from './rules.ts'

/** An attendance that has not been checked out, with its shift and its running break. */
export type Attending = {
  id: AttendanceId
  shiftId: ShiftId
  staffId: StaffId
  post: Post
  from: Date
  to: Date
  checkedInAt: Date
  breakEndsBy: Date | null
  /** Until when they hold the post after the end, where relief is missing. */
  staysUntil: Date | null
  openTickets: number
}

/** Of a person, or of whoever a subquery names. */
export async function findOpenAttendance(
  db: Reader,
  staffId: StaffId | RawBuilder<StaffId>,
): Promise<Attending | undefined> {
  const { rows } = await sql<{
    id: string
    staff_id: string
    shift_id: string
    post: Post
    starts_at: Date
    ends_at: Date
    checked_in_at: Date
    ends_by: Date | null
    stays_until: Date | null
    open: string
  }>`
    select a.id, a.staff_id, a.shift_id, s.post, s.starts_at, s.ends_at, a.checked_in_at, a.stays_until, b.ends_by,
      (select count(*) from assignments g where g.staff_id = a.staff_id and g.ended_at is null) as open
    from attendances a join shifts s on s.id = a.shift_id
    left join breaks b on b.attendance_id = a.id and b.ended_at is null
    where a.staff_id = ${staffId} and a.checked_out_at is null`.execute(db)
  const [row] = rows
  return (
    row && {
      id: row.id as AttendanceId,
      shiftId: row.shift_id as ShiftId,
      staffId: row.staff_id as StaffId,
      post: row.post,
      from: row.starts_at,
      to: row.ends_at,
      checkedInAt: row.checked_in_at,
      breakEndsBy: row.ends_by,
      staysUntil: row.stays_until,
      openTickets: Number(row.open),
    }
  )
}

/** When this person last went off post; null for somebody who never did. */
export async function lastOnPost(db: Reader, staffId: StaffId, now: Date): Promise<Date | null> {
  const { left } = await db
    .selectFrom('attendances')
    .select((s) => s.fn.max('checked_out_at').as('left'))
    .where('staff_id', '=', staffId)
    .where('checked_out_at', '<=', now)
    .executeTakeFirstOrThrow()
  return left
}

/** Serialises a person's acts of attendance: two thumbs on one button. */
export const lockStaff = (tx: Tx, staffId: StaffId) =>
  tx.db.selectFrom('staff').select('id').where('id', '=', staffId).forNoKeyUpdate().execute()

export async function findAttendanceOfShift(
  db: Reader,
  shiftId: ShiftId,
): Promise<{ id: AttendanceId; checkedOutAt: Date | null } | undefined> {
  const row = await db
    .selectFrom('attendances')
    .select(['id', 'checked_out_at'])
    .where('shift_id', '=', shiftId)
    .executeTakeFirst()
  return row && { id: row.id as AttendanceId, checkedOutAt: row.checked_out_at }
}

/** By what somebody was there, and where or before whom. */
export type Shown = { readonly how: How; readonly placeId: string | null; readonly witnessId: StaffId | null }

/** Checks in; a person who went off and comes back to the same shift is on it again, arrived when they first did, and was off meanwhile. */
export async function storeCheckIn(
  tx: Tx,
  shiftId: ShiftId,
  staffId: StaffId,
  { arrival, minutesLate, how, placeId, witnessId }: Shown & { arrival: Arrival; minutesLate: number },
): Promise<{ id: AttendanceId; arrival: Arrival; minutesLate: number }> {
  await sql`
    insert into breaks (attendance_id, started_at, ends_by, ended_at, kind)
    select id, checked_out_at, ${tx.now}, ${tx.now}, 'off' from attendances
    where shift_id = ${shiftId} and staff_id = ${staffId} and checked_out_at < ${tx.now}`.execute(tx.db)
  const row = await tx.db
    .insertInto('attendances')
    .values({
      shift_id: shiftId,
      staff_id: staffId,
      checked_in_at: tx.now,
      arrival,
      minutes_late: minutesLate,
      checked_out_at: null,
      how,
      place_id: placeId,
      witness_id: witnessId,
    })
    .onConflict((conflict) => conflict.constraint('attendances_once_a_shift').doUpdateSet({ checked_out_at: null }))
    .returning(['id', 'arrival', 'minutes_late'])
    .executeTakeFirstOrThrow()
  return { id: row.id as AttendanceId, arrival: row.arrival, minutesLate: row.minutes_late }
}

export const storeCheckOut = (tx: Tx, id: AttendanceId) =>
  tx.db.updateTable('attendances').set({ checked_out_at: tx.now }).where('id', '=', id).execute()

export async function countBreaks(db: Reader, id: AttendanceId): Promise<number> {
  const { count } = await db
    .selectFrom('breaks')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('attendance_id', '=', id)
    .where('kind', '=', 'break')
    .executeTakeFirstOrThrow()
  return Number(count)
}

export const storeBreak = (tx: Tx, id: AttendanceId, endsBy: Date) =>
  tx.db
    .insertInto('breaks')
    .values({ attendance_id: id, started_at: tx.now, ends_by: endsBy, ended_at: null })
    .execute()

/** True where a break was running. */
export async function storeBreakEnd(tx: Tx, id: AttendanceId): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('breaks')
    .set({ ended_at: tx.now })
    .where('attendance_id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Attendances whose shift is over and whose person carries nothing any more, or whose time beyond the end is up. */
export async function listEndedAttendances(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: AttendanceId; version: number }[]> {
  const { rows } = await sql<{ id: string }>`
    select a.id from attendances a join shifts s on s.id = a.shift_id
    where a.checked_out_at is null and s.ends_at <= ${now} and coalesce(a.stays_until, s.ends_at) <= ${now}
      and not exists (select from assignments g where g.staff_id = a.staff_id and g.ended_at is null)
    order by a.id limit ${limit}`.execute(db)
  return rows.map((row) => ({ id: row.id as AttendanceId, version: 0 }))
}

/** @throws where there is no such row */
export async function getAttendance(
  db: Reader,
  id: AttendanceId,
): Promise<{ id: AttendanceId; shiftId: ShiftId; staffId: StaffId; checkedOutAt: Date | null; endsAt: Date }> {
  const row = await db
    .selectFrom('attendances as a')
    .innerJoin('shifts as s', 's.id', 'a.shift_id')
    .select(['a.id', 'a.shift_id', 'a.staff_id', 'a.checked_out_at', 's.ends_at'])
    .where('a.id', '=', id)
    .executeTakeFirstOrThrow()
  return {
    id: row.id as AttendanceId,
    shiftId: row.shift_id as ShiftId,
    staffId: row.staff_id as StaffId,
    checkedOutAt: row.checked_out_at,
    endsAt: row.ends_at,
  }
}
