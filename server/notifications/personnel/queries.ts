import { sql } from 'kysely'
import { listLeaders } from '../../accounts/leadership/queries.ts'
import { standingsIn } from '../../appraisal/hands/queries.ts'
import { partsIn } from '../../appraisal/people/queries.ts'
import type { AppraisalState, Grade, MonthState } from '../../events/appraisal.ts'
import type {
  AppraisalId,
  AppraisalMonthId,
  DocumentRequestId,
  FalseRecordId,
  ObligationId,
  StaffId,
} from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader } from '../../schema.ts'
import { humanResources } from '../rostering/queries.ts'

/** Its `2026-10`, as it stands in the address of its page, and its stage by now. */
export async function monthOf(db: Reader, id: AppraisalMonthId): Promise<{ key: string; state: MonthState }> {
  const { rows } = await sql<{ key: string; state: MonthState }>`
    select to_char(month, 'YYYY-MM') as key, state from appraisal_months where id = ${id}`.execute(db)
  if (!rows[0]) throw new NotFound()
  return rows[0]
}

export type Stand = { readonly state: AppraisalState; readonly stage: MonthState; readonly grade: Grade | null }
/** Where appraisals and their months stand by now: what is told of them may come late. */
export async function standsOf(db: Reader, ids: readonly AppraisalId[]): Promise<ReadonlyMap<AppraisalId, Stand>> {
  const { rows } = await sql<Stand & { id: AppraisalId }>`
    select a.id, a.state, a.grade, m.state as stage from appraisals a join appraisal_months m on m.id = a.month_id
    where a.id = any(${[...ids]}::bigint[])`.execute(db)
  return new Map(rows.map(({ id, ...stand }) => [id, stand]))
}

type Asked = { readonly id: StaffId | null }
/** A part without a duty manager is the group's. */
async function peopleOf(db: Reader, asked: readonly Asked[], now: Date): Promise<StaffId[]> {
  const managers = asked.flatMap(({ id }) => (id ? [id] : []))
  const group = asked.some(({ id }) => id === null) ? await listLeaders(db, now) : []
  return [...new Set([...managers, ...group])]
}

/** Whoever has not scored yet in a month: duty managers, and the group where one of them is to be scored. */
export async function scorersOf(db: Reader, monthId: AppraisalMonthId, now: Date): Promise<StaffId[]> {
  const { rows } = await sql<Asked>`
    select distinct s.manager_id as id from appraisal_scores s join appraisals a on a.id = s.appraisal_id
    left join staff m on m.id = s.manager_id
    where a.month_id = ${monthId} and s.scored_at is null and (m.id is null or m.active)`.execute(db)
  return peopleOf(db, rows, now)
}

/** The same of one person's month. */
export async function scorersOfOne(db: Reader, id: AppraisalId, now: Date): Promise<StaffId[]> {
  const { rows } = await sql<Asked>`
    select distinct s.manager_id as id from appraisal_scores s where s.appraisal_id = ${id}`.execute(db)
  return peopleOf(db, rows, now)
}

export async function hasExtremes(db: Reader, monthId: AppraisalMonthId): Promise<boolean> {
  const { rows } = await sql`
    select from appraisals where month_id = ${monthId} and grade in ('excellent', 'poor') and signed_at is null limit 1`.execute(
    db,
  )
  return rows.length > 0
}

/** Whether somebody of a month can be reviewed by nobody of personnel. */
export const hasOrphans = async (db: Reader, monthId: AppraisalMonthId): Promise<boolean> =>
  [...(await standingsIn(db, { monthId }, null)).values()].some(({ orphaned }) => orphaned)

/** Personnel and the group but whoever has had a part in it. */
export async function judgesOf(db: Reader, id: AppraisalId, now: Date): Promise<StaffId[]> {
  const parts = await partsIn(db, id)
  const all = new Set([...(await listLeaders(db, now)), ...(await humanResources(db))])
  return [...all].filter((one) => !parts.includes(one))
}

/** The request for documents behind what is due; undefined where it is about something else. */
export const requestOf = (db: Reader, id: ObligationId): Promise<DocumentRequestId | undefined> =>
  subjectOf<DocumentRequestId>(db, id, 'document')

/** The case about a record behind what is due. */
export const caseOf = (db: Reader, id: ObligationId): Promise<FalseRecordId | undefined> =>
  subjectOf<FalseRecordId>(db, id, 'false_record')

async function subjectOf<Id extends string>(db: Reader, id: ObligationId, what: string): Promise<Id | undefined> {
  const row = await db.selectFrom('obligations').select('subject').where('id', '=', id).executeTakeFirst()
  const [name, number] = row?.subject.split(':') ?? []
  return name === what ? (number as Id | undefined) : undefined
}
