import { sql } from 'kysely'
import type { Post } from '../../../kernel/capabilities.ts'
import type { DepartmentId, StaffId } from '../../../kernel/ids.ts'
import type { Bilingual } from '../../../kernel/language.ts'
import type { Reader, Tx } from '../../../schema.ts'

export async function storeNeed(
  tx: Tx,
  need: { night: string; post: Post; heads: number | null; gapReason: string | null; by: StaffId },
): Promise<void> {
  const row = { heads: need.heads, gap_reason: need.gapReason, changed_by: need.by, changed_at: tx.now }
  await tx.db
    .insertInto('roster_needs')
    .values({ night: need.night, post: need.post, ...row })
    .onConflict((conflict) => conflict.columns(['night', 'post']).doUpdateSet(row))
    .execute()
}

export const listNeeds = (db: Reader, from: string, to: string) =>
  db
    .selectFrom('roster_needs')
    .select(['night', 'post', 'heads', 'gap_reason as reason'])
    .where('night', '>=', from)
    .where('night', '<', to)
    .orderBy('night')
    .orderBy('post')
    .execute()

export async function storeInput(
  tx: Tx,
  input: { month: string; departmentId: string; note: string; by: StaffId },
): Promise<void> {
  const row = { note: input.note, given_by: input.by, given_at: tx.now }
  await tx.db
    .insertInto('roster_inputs')
    .values({ month: input.month, department_id: input.departmentId, ...row })
    .onConflict((conflict) => conflict.columns(['month', 'department_id']).doUpdateSet(row))
    .execute()
}

export type Input = {
  id: DepartmentId
  name: Bilingual
  headId: StaffId | null
  note: string | null
  givenAt: Date | null
}
/** Every department with people on the night, and what it has said about a month. */
export async function listInputs(db: Reader, month: string): Promise<Input[]> {
  const rows = await db
    .selectFrom('departments as d')
    .leftJoin('roster_inputs as i', (join) => join.onRef('i.department_id', '=', 'd.id').on('i.month', '=', month))
    .select(['d.id', 'd.name', 'd.head_id', 'i.note', 'i.given_at'])
    .where(
      sql<boolean>`i.month is not null or exists (select from staff p where p.department_id = d.id and p.active and p.posts <> '{}')`,
    )
    .orderBy('d.position')
    .orderBy('d.id')
    .execute()
  return rows.map((row) => ({
    id: row.id as DepartmentId,
    name: row.name,
    headId: row.head_id as StaffId | null,
    note: row.note,
    givenAt: row.given_at,
  }))
}

/** The department that this person heads, by name or by role. */
export async function headOf(db: Reader, staffId: StaffId): Promise<DepartmentId | undefined> {
  const { rows } = await sql<{ id: DepartmentId }>`
    select d.id::text as id from departments d join staff p on p.id = ${staffId}
    where d.head_id = p.id or (d.head_id is null and d.id = p.department_id and 'head' = any(p.standing_roles)) order by d.position limit 1`.execute(
    db,
  )
  return rows[0]?.id
}
