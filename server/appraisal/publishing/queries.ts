import { sql } from 'kysely'
import type { Grade } from '../../events/appraisal.ts'
import type { AppraisalId, AppraisalMonthId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { AppraisalRow } from '../queries.ts'
import type { Result } from '../scoring/rules.ts'

/** Reviewed, and signed where it must be; locked. */
export async function lockReady(tx: Tx, monthId: AppraisalMonthId): Promise<AppraisalId[]> {
  const { rows } = await sql<{ id: AppraisalId }>`
    select id from appraisals where month_id = ${monthId}
      and (state = 'signed' or (state = 'hr_reviewed' and grade not in ('excellent', 'poor'))) order by id for update`.execute(
    tx.db,
  )
  return rows.map(({ id }) => id)
}

export type Ready = AppraisalRow & { readonly result: Result; readonly grade: Grade }
export const hasResult = (one: AppraisalRow): one is Ready => one.result !== null && one.grade !== null

/** A published result is written once and never again; it says why it was opened again. */
export async function insertResults(tx: Tx, all: readonly Ready[], by: StaffId | null): Promise<void> {
  const given = all.map(({ id, revision, result, score, grade, reopenedWhy }) => {
    return { id, revision, result, score, grade, why: reopenedWhy ?? '' }
  })
  await sql`
    insert into appraisal_results (appraisal_id, revision, result, score, grade, why, published_at, published_by)
    select id, revision, result, score, grade, why, ${tx.now}, ${by}::bigint from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
      as given (id bigint, revision integer, result jsonb, score numeric, grade text, why text)`.execute(tx.db)
}

/** From now on so long theirs to answer. */
export const setPublished = (tx: Tx, ids: readonly AppraisalId[], answerDueAt: Date) =>
  tx.db
    .updateTable('appraisals')
    .set({
      state: 'published',
      published_at: tx.now,
      answer_due_at: answerDueAt,
      answered_at: null,
      closed_at: null,
      version: sql<number>`version + 1`,
    })
    .where('id', 'in', ids)
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
