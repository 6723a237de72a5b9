import { sql } from 'kysely'
import type { StandingRole } from '../../kernel/capabilities.ts'
import type { AppraisalId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

/** Everybody with a standing role. */
export async function withRole(db: Reader, role: StandingRole): Promise<StaffId[]> {
  const { rows } = await sql<{ id: StaffId }>`
    select id from staff where active and ${role} = any(standing_roles) order by id`.execute(db)
  return rows.map(({ id }) => id)
}

/**
 * Whoever led, scored, reviewed, signed or opened it again, sent it back or decided about it before, in this version or an
 * earlier one: none of them judges it independently (REGULATION 2, APPRAISAL).
 */
export async function partsIn(db: Reader, id: AppraisalId): Promise<StaffId[]> {
  const { rows } = await sql<{ id: StaffId }>`
    select scored_by as id from appraisal_scores where appraisal_id = ${id} and scored_by is not null
    union select reviewed_by from appraisals where id = ${id} and reviewed_by is not null
    union select signed_by from appraisals where id = ${id} and signed_by is not null
    union select manager_id from appraisal_scores where appraisal_id = ${id} and manager_id is not null
    union select case_by from appraisals where id = ${id} and case_by is not null
    union select reopened_by from appraisals where id = ${id} and reopened_by is not null
    union select unnest(earlier_parts) from appraisals where id = ${id}
    union select staff_id from appraisal_words where appraisal_id = ${id} and kind = 'return'
    union select decided_by from appraisal_objections where appraisal_id = ${id} and decided_by is not null`.execute(db)
  return rows.map((row) => row.id)
}

/** Before a further version takes their place: whoever had a part in this one. */
export const keepParts = (tx: Tx, id: AppraisalId) =>
  sql`
    update appraisals set earlier_parts = array(
      select distinct p from unnest(earlier_parts || array[reviewed_by, signed_by, case_by, reopened_by]) as p where p is not null)
    where id = ${id}`.execute(tx.db)
