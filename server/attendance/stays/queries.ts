import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { AttendanceId, ShiftId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { StayEnd } from './rules.ts'

/** Whether everybody who relieves a post at an instant has come; false where nobody on the roster does. */
export async function isReliefThere(db: Reader, post: Post, at: Date): Promise<boolean> {
  const { rows } = await sql<{ relief: number; missing: number }>`
    select count(*)::integer as relief,
      count(*) filter (where not exists (select from attendances a where a.shift_id = s.id))::integer as missing
    from shifts s where s.post = ${post} and s.starts_at = ${at}`.execute(db)
  const [row] = rows
  return row !== undefined && row.relief > 0 && row.missing === 0
}

/** Who relieves a post at an instant, and who stays for them; the shifts of the relief are locked, so that two who leave are counted one by one. */
export async function lockRelief(
  tx: Tx,
  post: Post,
  at: Date,
): Promise<{ readonly relief: number; readonly missing: number; readonly staying: number }> {
  const coming = await sql<{ came: boolean }>`
    select exists (select from attendances a where a.shift_id = s.id) as came from shifts s
    where s.post = ${post} and s.starts_at = ${at} order by s.id for no key update of s`.execute(tx.db)
  const { rows } = await sql<{ staying: number }>`
    select count(*)::integer as staying from attendances a join shifts s on s.id = a.shift_id and s.post = ${post} and s.ends_at = ${at}
    where a.checked_out_at is null and a.stays_until is not null`.execute(tx.db)
  return {
    relief: coming.rows.length,
    missing: coming.rows.filter(({ came }) => !came).length,
    staying: rows[0]?.staying ?? 0,
  }
}

/** Whoever has been there longest of those who stay on a post since an instant. */
export async function findStaying(
  tx: Tx,
  post: Post,
  since: Date,
): Promise<{ id: AttendanceId; shiftId: ShiftId; staffId: StaffId } | undefined> {
  const { rows } = await sql<{ id: AttendanceId; shiftId: ShiftId; staffId: StaffId }>`
    select a.id::text, a.shift_id::text as "shiftId", a.staff_id::text as "staffId" from attendances a
    join shifts s on s.id = a.shift_id and s.post = ${post} and s.ends_at = ${since}
    where a.checked_out_at is null and a.stays_until is not null order by a.checked_in_at, a.id limit 1`.execute(tx.db)
  return rows[0]
}

export async function storeStay(
  tx: Tx,
  id: AttendanceId,
  { until, promised }: { until: Date; promised: boolean },
): Promise<void> {
  const promisedAt = promised ? tx.now : null
  await tx.db
    .insertInto('stays')
    .values({ attendance_id: id, noted_at: tx.now, promised_at: promisedAt })
    .onConflict((conflict) =>
      conflict.column('attendance_id').doUpdateSet({ promised_at: promisedAt, ended_at: null, ended_why: null }),
    )
    .execute()
  await tx.db.updateTable('attendances').set({ stays_until: until }).where('id', '=', id).execute()
}

/** Over; true where one ran. The hours that were stayed are those until the person went. */
export async function endStay(tx: Tx, id: AttendanceId, why: StayEnd): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('stays')
    .set({ ended_at: tx.now, ended_why: why })
    .where('attendance_id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export const clearStay = (tx: Tx, id: AttendanceId) =>
  tx.db.updateTable('attendances').set({ stays_until: null }).where('id', '=', id).execute()

/** Whether this person has said that they stay; null where they do not stay at all. */
export async function stayOf(db: Reader, id: AttendanceId): Promise<{ promised: boolean } | null> {
  const row = await db
    .selectFrom('stays')
    .select('promised_at')
    .where('attendance_id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row ? { promised: row.promised_at !== null } : null
}
