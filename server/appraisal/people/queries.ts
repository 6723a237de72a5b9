import { sql } from 'kysely'
import type { StandingRole } from '../../kernel/capabilities.ts'
import type { AppraisalId, StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/** Everybody with a standing role. */
export async function withRole(db: Reader, role: StandingRole): Promise<StaffId[]> {
  const { rows } = await sql<{ id: StaffId }>`
    select id from staff where active and ${role} = any(standing_roles) order by id`.execute(db)
  return rows.map(({ id }) => id)
}

/** Whoever scored, reviewed or signed it: none of them judges it independently. */
export async function partsIn(db: Reader, id: AppraisalId): Promise<StaffId[]> {
  const { rows } = await sql<{ id: StaffId }>`
    select scored_by as id from appraisal_scores where appraisal_id = ${id} and scored_by is not null
    union select reviewed_by from appraisals where id = ${id} and reviewed_by is not null
    union select signed_by from appraisals where id = ${id} and signed_by is not null
    union select case_by from appraisals where id = ${id} and case_by is not null`.execute(db)
  return rows.map((row) => row.id)
}
