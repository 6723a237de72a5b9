import { sql } from 'kysely'
import type { DepartmentId, NoticeId, ShiftId, StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/** What a notice is about. */
export async function refOf(db: Reader, id: NoticeId): Promise<string> {
  const row = await db.selectFrom('notices').select('ref').where('id', '=', id).executeTakeFirst()
  return row?.ref ?? ''
}

/** Everybody of human resources. */
export async function humanResources(db: Reader): Promise<StaffId[]> {
  const { rows } = await sql<{ id: string }>`
    select id from staff where active and 'hr' = any(standing_roles) order by number`.execute(db)
  return rows.map(({ id }) => id as StaffId)
}

/** Members of the leadership group now. */
export async function listGroup(db: Reader, now: Date): Promise<StaffId[]> {
  const { rows } = await sql<{ id: StaffId }>`
    select p.id::text as id from leadership_members m join staff p on p.id = m.staff_id
    where m.during @> ${now}::timestamptz and p.active group by p.id order by p.id`.execute(db)
  return rows.map(({ id }) => id)
}

/** Departments in which somebody was asked at that instant. */
export async function departmentsAskedAt(db: Reader, at: Date): Promise<DepartmentId[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct p.department_id as id from shift_confirmations c join staff p on p.id = c.staff_id
    where c.asked_at = ${at} order by 1`.execute(db)
  return rows.map(({ id }) => id as DepartmentId)
}

export const isTold = async (db: Reader, ref: string): Promise<boolean> =>
  (await db.selectFrom('notices').select('id').where('ref', '=', ref).limit(1).executeTakeFirst()) !== undefined

/** A night of a published month. */
export async function isPublished(db: Reader, shiftId: ShiftId): Promise<boolean> {
  const { rows } = await sql`
    select from shifts s join roster_months m on m.month = to_char(s.night, 'YYYY-MM') and m.version > 0
    where s.id = ${shiftId} and s.kind = 'night'`.execute(db)
  return rows.length > 0
}
