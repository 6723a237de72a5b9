import { sql } from 'kysely'
import type { AttendanceId, ShiftId, SlipId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Slip = {
  readonly id: SlipId
  readonly attendanceId: AttendanceId
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly coverId: StaffId
  readonly cover: string
  readonly coverEn: string
  readonly reason: string
  readonly state: 'asked' | 'away' | 'back' | 'declined' | 'withdrawn'
}
const slips = (db: Reader) =>
  db
    .selectFrom('leave_slips as l')
    .innerJoin('attendances as a', 'a.id', 'l.attendance_id')
    .innerJoin('staff as p', 'p.id', 'a.staff_id')
    .innerJoin('staff as c', 'c.id', 'l.cover_id')
    .select(['l.id', 'l.attendance_id', 'a.staff_id', 'p.name', 'p.name_en', 'l.cover_id', 'l.reason', 'l.state'])
    .select(['c.name as cover', 'c.name_en as cover_en'])
type Row = Awaited<ReturnType<ReturnType<typeof slips>['execute']>>[number]
const slipOf = (row: Row): Slip => ({
  id: row.id as SlipId,
  attendanceId: row.attendance_id as AttendanceId,
  staffId: row.staff_id as StaffId,
  name: row.name,
  nameEn: row.name_en,
  coverId: row.cover_id as StaffId,
  cover: row.cover,
  coverEn: row.cover_en,
  reason: row.reason,
  state: row.state,
})

/** @throws NotFound */
export async function getSlip(db: Reader, id: SlipId): Promise<Slip> {
  const row = await slips(db).where('l.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return slipOf(row)
}

export async function findOpenSlip(db: Reader, attendanceId: AttendanceId): Promise<Slip | undefined> {
  const row = await slips(db)
    .where('l.attendance_id', '=', attendanceId)
    .where('l.state', 'in', ['asked', 'away'])
    .executeTakeFirst()
  return row && slipOf(row)
}

/** What this person is asked to cover. */
export const listAskedOf = async (db: Reader, coverId: StaffId): Promise<Slip[]> =>
  (await slips(db).where('l.cover_id', '=', coverId).where('l.state', '=', 'asked').orderBy('l.id').execute()).map(
    slipOf,
  )

export async function insertSlip(
  tx: Tx,
  slip: { attendanceId: AttendanceId; coverId: StaffId; reason: string },
): Promise<SlipId> {
  const { id } = await tx.db
    .insertInto('leave_slips')
    .values({
      attendance_id: slip.attendanceId,
      cover_id: slip.coverId,
      reason: slip.reason,
      state: 'asked',
      asked_at: tx.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as SlipId
}

export const setSlip = (tx: Tx, id: SlipId, to: { state: Slip['state']; breakId?: string }) =>
  tx.db
    .updateTable('leave_slips')
    .set({ state: to.state, answered_at: tx.now, ...(to.breakId ? { break_id: to.breakId } : {}) })
    .where('id', '=', id)
    .execute()

/** Away with cover: as a break no offers come, and the one paid break is still to be had. */
export async function storeAway(tx: Tx, attendanceId: AttendanceId, endsBy: Date): Promise<string> {
  const { id } = await tx.db
    .insertInto('breaks')
    .values({ attendance_id: attendanceId, started_at: tx.now, ends_by: endsBy, ended_at: null, kind: 'slip' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Whether a colleague is away on this person's word. */
export async function isCovering(db: Reader, coverId: StaffId): Promise<boolean> {
  const row = await db
    .selectFrom('leave_slips')
    .select('id')
    .where('cover_id', '=', coverId)
    .where('state', '=', 'away')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Slips of somebody whose stretch away has ended. */
export const endSlips = (tx: Tx, attendanceId: AttendanceId) =>
  tx.db
    .updateTable('leave_slips')
    .set({ state: sql`case when state = 'away' then 'back' else 'withdrawn' end` })
    .where('attendance_id', '=', attendanceId)
    .where('state', 'in', ['asked', 'away'])
    .execute()

export async function listOverdue(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('breaks')
    .select('id')
    .where('kind', '=', 'slip')
    .where('ended_at', 'is', null)
    .where('overdue_at', 'is', null)
    .where('ends_by', '<=', now)
    .orderBy('ends_by')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => ({ id, version: 1 }))
}

/** Undefined where they are back, or it was noted before. */
export async function markOverdue(
  tx: Tx,
  breakId: string,
): Promise<{ attendanceId: AttendanceId; shiftId: ShiftId; staffId: StaffId } | undefined> {
  const { rows } = await sql<{ attendanceId: AttendanceId; shiftId: ShiftId; staffId: StaffId }>`
    update breaks b set overdue_at = ${tx.now} from attendances a
    where b.id = ${breakId} and a.id = b.attendance_id and b.ended_at is null and b.overdue_at is null and b.ends_by <= ${tx.now}
    returning a.id::text as "attendanceId", a.shift_id::text as "shiftId", a.staff_id::text as "staffId"`.execute(tx.db)
  return rows[0]
}

/** Colleagues on duty who may cover: there now, and not away themselves. */
export async function listCovers(
  db: Reader,
  except: StaffId,
  now: Date,
): Promise<{ staffId: StaffId; name: string; nameEn: string }[]> {
  const { rows } = await sql<{ staffId: StaffId; name: string; nameEn: string }>`
    select a.staff_id::text as "staffId", p.name, p.name_en as "nameEn" from attendances a join shifts s on s.id = a.shift_id
    join staff p on p.id = a.staff_id
    where a.checked_out_at is null and (s.during @> ${now}::timestamptz or a.stays_until > ${now}) and a.staff_id <> ${except}
      and not exists (select from breaks b where b.attendance_id = a.id and b.ended_at is null)
    order by p.number`.execute(db)
  return rows
}
