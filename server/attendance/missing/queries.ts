import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { AbsenceId, ShiftId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Due } from '../../platform/ticker.ts'
import type { ShiftView } from '../../roster/queries.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Absence = {
  readonly id: AbsenceId
  readonly shiftId: ShiftId | null
  readonly staffId: StaffId
  readonly post: Post
  readonly night: string
  readonly from: Date
  readonly to: Date
  readonly missingAt: Date
  readonly cameAt: Date | null
  readonly absentAt: Date | null
  readonly replacedBy: StaffId | null
}
const absences = (db: Reader) => db.selectFrom('absences').selectAll()
type Row = Awaited<ReturnType<ReturnType<typeof absences>['execute']>>[number]
const absenceOf = (row: Row): Absence => ({
  id: row.id as AbsenceId,
  shiftId: row.shift_id as ShiftId | null,
  staffId: row.staff_id as StaffId,
  post: row.post,
  night: row.night,
  from: row.starts_at,
  to: row.ends_at,
  missingAt: row.missing_at,
  cameAt: row.came_at,
  absentAt: row.absent_at,
  replacedBy: row.replaced_by as StaffId | null,
})

/** @throws NotFound */
export async function lockAbsence(tx: Tx, id: AbsenceId): Promise<Absence> {
  const row = await absences(tx.db).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return absenceOf(row)
}

/** Shifts whose grace is over and whose person has not come; each once. */
export async function listMissing(db: Reader, before: Date, limit: number): Promise<Due[]> {
  const { rows } = await sql<{ id: string }>`
    select s.id from shifts s
    where s.starts_at <= ${before} and s.ends_at > ${before}
      and not exists (select from attendances a where a.shift_id = s.id)
      and not exists (select from absences b where b.shift_id = s.id and b.staff_id = s.staff_id)
    order by s.starts_at, s.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => ({ id, version: 1 }))
}

/** Undefined where it was noted before. */
export async function insertAbsence(tx: Tx, shift: ShiftView): Promise<AbsenceId | undefined> {
  const row = await tx.db
    .insertInto('absences')
    .values({
      shift_id: shift.id,
      staff_id: shift.staffId,
      post: shift.post,
      night: shift.night,
      starts_at: shift.from,
      ends_at: shift.to,
      missing_at: tx.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as AbsenceId | undefined
}

/** They have come after all. */
export async function noteCame(tx: Tx, shiftId: ShiftId, staffId: StaffId): Promise<AbsenceId | undefined> {
  const row = await tx.db
    .updateTable('absences')
    .set({ came_at: tx.now })
    .where('shift_id', '=', shiftId)
    .where('staff_id', '=', staffId)
    .where('came_at', 'is', null)
    .where('absent_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row?.id as AbsenceId | undefined
}

export const setAbsent = (tx: Tx, id: AbsenceId, to: { replacedBy?: StaffId; decidedBy?: StaffId } = {}) =>
  tx.db
    .updateTable('absences')
    .set({
      absent_at: tx.now,
      ...(to.replacedBy ? { replaced_by: to.replacedBy, replaced_at: tx.now, decided_by: to.decidedBy ?? null } : {}),
    })
    .where('id', '=', id)
    .execute()

export const setExcused = (tx: Tx, id: AbsenceId, by: StaffId, excuse: string) =>
  tx.db.updateTable('absences').set({ excused_by: by, excused_at: tx.now, excuse }).where('id', '=', id).execute()

/** Shifts that are over and nobody came to. */
export async function listOver(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await absences(db)
    .where('ends_at', '<=', now)
    .where('came_at', 'is', null)
    .where('absent_at', 'is', null)
    .orderBy('ends_at')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => ({ id, version: 1 }))
}

export type Expected = {
  readonly shiftId: ShiftId
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly phone: string | null
  readonly post: Post
  readonly night: string
  readonly kind: 'night' | 'day'
  readonly from: Date
  readonly to: Date
  readonly arrival: 'ready' | 'late_for_handover' | 'late' | null
  readonly minutesLate: number
  readonly checkedInAt: Date | null
  readonly checkedOutAt: Date | null
  readonly how: string | null
  readonly awayUntil: Date | null
  /** Away with whose cover, and why. */
  readonly cover: { readonly name: string; readonly nameEn: string } | null
  readonly leaveReason: string | null
  /** Until when they hold the post after the end, relief missing. */
  readonly staysUntil: Date | null
  readonly absenceId: AbsenceId | null
  readonly missing: boolean
}

/** Everybody of a night, and of the shifts that run now or stay on, with how they came; those who are missing first. */
export async function listExpected(db: Reader, night: string, now: Date): Promise<Expected[]> {
  const { rows } = await sql<Expected>`
    select s.id::text as "shiftId", s.staff_id::text as "staffId", s.night::text as night, s.kind, p.name, p.name_en as "nameEn", p.phone, s.post, s.starts_at as "from",
      s.ends_at as "to", a.arrival, coalesce(a.minutes_late, 0) as "minutesLate", a.checked_in_at as "checkedInAt",
      a.checked_out_at as "checkedOutAt", a.how, b.ends_by as "awayUntil", a.stays_until as "staysUntil",
      case when k.id is not null then json_build_object('name', k.name, 'nameEn', k.name_en) end as cover, l.reason as "leaveReason", x.id::text as "absenceId",
      (x.id is not null and x.came_at is null and x.absent_at is null) as missing
    from shifts s join staff p on p.id = s.staff_id
    left join attendances a on a.shift_id = s.id and a.staff_id = s.staff_id
    left join breaks b on b.attendance_id = a.id and b.ended_at is null
    left join leave_slips l on l.break_id = b.id left join staff k on k.id = l.cover_id
    left join absences x on x.shift_id = s.id and x.staff_id = s.staff_id
    where (s.night = ${night} and s.kind = 'night') or s.during @> ${now}::timestamptz
      or s.id in (select shift_id from attendances where checked_out_at is null and stays_until > ${now})
    order by missing desc, s.starts_at, array_position(array['manager','service','technician','guard'], s.post), p.number`.execute(
    db,
  )
  return rows
}

/** How people who can be called in are called, and by which number. */
export async function callableOf(
  db: Reader,
  people: readonly StaffId[],
): Promise<Map<StaffId, { nameEn: string; phone: string | null }>> {
  if (people.length === 0) return new Map()
  const rows = await db.selectFrom('staff').select(['id', 'name_en', 'phone']).where('id', 'in', people).execute()
  return new Map(rows.map(({ id, name_en, phone }) => [id as StaffId, { nameEn: name_en, phone }]))
}

/** Whoever was replaced in a night, or did not come. */
export async function listAbsent(db: Reader, night: string) {
  return db
    .selectFrom('absences as x')
    .innerJoin('staff as p', 'p.id', 'x.staff_id')
    .leftJoin('staff as r', 'r.id', 'x.replaced_by')
    .select(['x.id', 'x.post', 'x.staff_id', 'p.name', 'p.name_en', 'x.excuse', 'x.replaced_at'])
    .select(['r.name as replacement', 'r.name_en as replacement_en'])
    .where('x.night', '=', night)
    .where('x.absent_at', 'is not', null)
    .orderBy('x.id')
    .execute()
}
