import { sql } from 'kysely'
import type { DepartmentId, StaffId } from '../../../kernel/ids.ts'
import type { Reader, Tx } from '../../../schema.ts'
import type { Step, What } from './rules.ts'

/** Somebody may be put on a night: before that there is nothing to plan. */
export const isStaffed = async (db: Reader): Promise<boolean> =>
  (await sql`select from staff where active and posts <> '{}' limit 1`.execute(db)).rows.length > 0

export const isReminded = async (db: Reader, month: string, what: What, step: Step): Promise<boolean> =>
  (await db
    .selectFrom('roster_reminders')
    .select('month')
    .where('month', '=', month)
    .where('what', '=', what)
    .where('step', '=', step)
    .executeTakeFirst()) !== undefined

/** False where it was told already. */
export async function storeReminder(tx: Tx, month: string, what: What, step: Step): Promise<boolean> {
  const row = await tx.db
    .insertInto('roster_reminders')
    .values({ month, what, step, made_at: tx.now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('month')
    .executeTakeFirst()
  return row !== undefined
}

/** Everybody of human resources, by number; where there is nobody, whoever administers. */
export async function listPlanners(db: Reader): Promise<StaffId[]> {
  const { rows } = await sql<{ id: StaffId; hr: boolean }>`
    select id::text as id, 'hr' = any(standing_roles) as hr from staff
    where active and standing_roles && '{hr,administrator}' order by number`.execute(db)
  const hr = rows.filter((one) => one.hr)
  return (hr.length > 0 ? hr : rows).map(({ id }) => id)
}

/** Departments with people on the nights that have not said what a month needs, with who heads them: by name, or by role. */
export async function listSilent(
  db: Reader,
  month: string,
): Promise<{ readonly departmentId: DepartmentId; readonly headId: StaffId | null }[]> {
  const { rows } = await sql<{ departmentId: DepartmentId; headId: StaffId | null }>`
    select d.id::text as "departmentId", coalesce(
      (select h.id from staff h where h.id = d.head_id and h.active),
      (select h.id from staff h where h.department_id = d.id and h.active and d.head_id is null and 'head' = any(h.standing_roles) order by h.number limit 1)
    )::text as "headId"
    from departments d
    where exists (select from staff p where p.department_id = d.id and p.active and p.posts <> '{}')
      and not exists (select from roster_inputs i where i.department_id = d.id and i.month = ${month})
    order by d.position, d.id`.execute(db)
  return rows
}
