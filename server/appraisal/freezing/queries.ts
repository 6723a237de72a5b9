import { sql } from 'kysely'
import type { AppraisalId, AppraisalMonthId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Item, Kept, Subject } from '../evidence/rules.ts'
import { firstOfNext } from '../months/rules.ts'
import type { Note } from '../scoring/quality/rules.ts'

/** Some whose turn it is in this pass, or to whom something was added since, locked; whoever another worker has is passed over. */
export async function lockSome(
  tx: Tx,
  monthId: AppraisalMonthId,
  { pass, late, limit }: { pass: number; late: boolean; limit: number },
): Promise<AppraisalId[]> {
  const { rows } = await sql<{ id: AppraisalId }>`
    select id from appraisals
    where month_id = ${monthId} and pass < ${pass} and case when ${late} then pass = 0 else state <> 'reopened' end
    order by id limit ${limit} for update skip locked`.execute(tx.db)
  return rows.map(({ id }) => id)
}

export const isAnyLeft = async (db: Reader, monthId: AppraisalMonthId, pass: number): Promise<boolean> =>
  (await db
    .selectFrom('appraisals')
    .select('id')
    .where('month_id', '=', monthId)
    .where('pass', '<', pass)
    .limit(1)
    .executeTakeFirst()) !== undefined

export type NewInput = {
  readonly appraisalId: AppraisalId
  readonly revision: number
  readonly item: Item
  readonly subject: Subject
  readonly facts: readonly Kept[]
}

/** What stood there of this revision gives way: figures are counted anew as a whole. */
export async function storeInputs(tx: Tx, inputs: readonly NewInput[], ids: readonly AppraisalId[]): Promise<void> {
  await sql`
    delete from appraisal_inputs i using appraisals a
    where a.id = i.appraisal_id and a.revision = i.revision and a.id = any(${[...ids]}::bigint[])`.execute(tx.db)
  if (inputs.length === 0) return
  await sql`
    insert into appraisal_inputs (appraisal_id, revision, item, subject, facts)
    select "appraisalId", revision, item, subject, facts from jsonb_to_recordset(${JSON.stringify(inputs)}::jsonb)
      as given ("appraisalId" bigint, revision integer, item text, subject text, facts jsonb)`.execute(tx.db)
}

/** All notes of a month, for how each rater notes on the whole. */
export async function notesIn(db: Reader, month: string): Promise<Note[]> {
  const rows = await db
    .selectFrom('shift_notes as n')
    .innerJoin('shifts as s', 's.id', 'n.shift_id')
    .select(['n.manager_id', sql<number>`(n.reachable + n.records + n.courteous + n.helpful) / 12.0`.as('value')])
    .where('s.night', '>=', month)
    .where('s.night', '<', firstOfNext(month))
    .execute()
  return rows.map((row) => ({ rater: row.manager_id, value: Number(row.value) }))
}

/** The same results for several at once, in one statement. */
export const setCounted = (
  tx: Tx,
  counted: readonly { id: AppraisalId; pass: number; result: unknown; score: number | null; grade: string }[],
  reviewDueAt: Date | null,
) =>
  sql`
    update appraisals a set pass = c.pass, result = c.result, score = c.score, grade = c.grade, version = a.version + 1,
      state = case when a.state = 'reopened' then 'manager_scored' else a.state end,
      review_due_at = case when a.state = 'reopened' then ${reviewDueAt} else a.review_due_at end,
      review_told_at = case when a.state = 'reopened' then null else a.review_told_at end
    from jsonb_to_recordset(${JSON.stringify(counted)}::jsonb)
      as c (id bigint, pass integer, result jsonb, score numeric, grade text)
    where a.id = c.id`.execute(tx.db)

export const countPeople = async (db: Reader, monthId: AppraisalMonthId): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('appraisals')
        .select(({ fn }) => fn.countAll().as('people'))
        .where('month_id', '=', monthId)
        .executeTakeFirstOrThrow()
    ).people,
  )
