import { sql } from 'kysely'
import type { Post } from '../../../kernel/capabilities.ts'
import type { DepartmentId, ShiftId, StaffId } from '../../../kernel/ids.ts'
import type { Bilingual } from '../../../kernel/language.ts'
import type { Reader } from '../../../schema.ts'
import type { AskedState } from '../rules.ts'

export type Line = {
  readonly shiftId: ShiftId
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly department: Bilingual
  readonly post: Post
  readonly night: string
  readonly from: Date
  readonly to: Date
  readonly state: AskedState
  readonly askedAt: Date
  readonly deliveredAt: Date | null
  readonly seenAt: Date | null
  readonly dueAt: Date | null
  readonly nudges: number
  readonly answeredAt: Date | null
  readonly how: 'person' | 'check_in' | 'hr' | null
  readonly cannotReason: string | null
}

/** Everybody who was asked about a night of these, those first who have no answer. Null departments are all of them. */
export async function listAsked(
  db: Reader,
  { from, to, departments }: { from: string; to: string; departments: readonly DepartmentId[] | null },
): Promise<Line[]> {
  const { rows } = await sql<Line>`
    select c.shift_id as "shiftId", c.staff_id as "staffId", p.name, p.name_en as "nameEn", d.name as department, s.post,
      s.night, s.starts_at as "from", s.ends_at as "to", c.state, c.asked_at as "askedAt", c.delivered_at as "deliveredAt",
      c.seen_at as "seenAt", c.due_at as "dueAt", c.nudges, c.answered_at as "answeredAt", c.how, c.cannot_reason as "cannotReason"
    from shift_confirmations c
    join shifts s on s.id = c.shift_id
    join staff p on p.id = c.staff_id
    join departments d on d.id = p.department_id
    where s.night >= ${from}::date and s.night < ${to}::date
      and (${departments === null} or p.department_id = any(${[...(departments ?? [])]}::bigint[]))
    order by p.number, s.starts_at`.execute(db)
  return rows
}

/** Departments that this person heads, by name or by role. */
export async function headedBy(db: Reader, staffId: StaffId): Promise<DepartmentId[]> {
  const { rows } = await sql<{ id: string }>`
    select d.id from departments d join staff p on p.id = ${staffId}
    where d.head_id = p.id or (d.head_id is null and d.id = p.department_id and 'head' = any(p.standing_roles))
    order by d.id`.execute(db)
  return rows.map(({ id }) => id as DepartmentId)
}
