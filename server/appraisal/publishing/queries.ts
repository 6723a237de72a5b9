import { sql } from 'kysely'
import type { Grade } from '../../events/appraisal.ts'
import type { AppraisalId, AppraisalMonthId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Result } from '../scoring/rules.ts'

/** Reviewed, and signed where it must be. */
export async function listReady(db: Reader, monthId: AppraisalMonthId): Promise<AppraisalId[]> {
  const { rows } = await sql<{ id: AppraisalId }>`
    select id from appraisals where month_id = ${monthId}
      and (state = 'signed' or (state = 'hr_reviewed' and grade not in ('excellent', 'poor'))) order by id`.execute(db)
  return rows.map(({ id }) => id)
}

/** A published result is written once and never again. */
export const insertResult = (
  tx: Tx,
  row: {
    appraisalId: AppraisalId
    revision: number
    result: Result
    score: number | null
    grade: Grade
    why: string
    by: StaffId | null
  },
) =>
  tx.db
    .insertInto('appraisal_results')
    .values({
      appraisal_id: row.appraisalId,
      revision: row.revision,
      result: JSON.stringify(row.result),
      score: row.score,
      grade: row.grade,
      why: row.why,
      published_at: tx.now,
      published_by: row.by,
    })
    .execute()

export type PublishedResult = {
  readonly revision: number
  readonly result: Result
  readonly score: number | null
  readonly grade: Grade
  readonly why: string
  readonly publishedAt: Date
}

/** Every version that was published, the latest on top. */
export async function resultsOf(db: Reader, id: AppraisalId): Promise<PublishedResult[]> {
  const rows = await db
    .selectFrom('appraisal_results')
    .selectAll()
    .where('appraisal_id', '=', id)
    .orderBy('revision', 'desc')
    .execute()
  return rows.map((row) => ({
    revision: row.revision,
    result: row.result,
    score: row.score === null ? null : Number(row.score),
    grade: row.grade,
    why: row.why,
    publishedAt: row.published_at,
  }))
}

/** Whose time to answer is over. */
export async function listUnanswered(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: AppraisalId; version: number; at: Date }[]> {
  const rows = await db
    .selectFrom('appraisals')
    .select(['id', 'version', 'answer_due_at'])
    .where('answer_due_at', '<=', now)
    .orderBy('answer_due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as AppraisalId, version: row.version, at: row.answer_due_at ?? now }))
}

export const isAnyOpen = async (db: Reader, monthId: AppraisalMonthId): Promise<boolean> =>
  (await db
    .selectFrom('appraisals')
    .select('id')
    .where('month_id', '=', monthId)
    .where('state', '<>', 'closed')
    .limit(1)
    .executeTakeFirst()) !== undefined
