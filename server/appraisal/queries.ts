import { sql } from 'kysely'
import type { AppraisalState, Grade, MonthState } from '../events/appraisal.ts'
import type { AppraisalId, AppraisalMonthId, StaffId } from '../kernel/ids.ts'
import type { Bilingual } from '../kernel/language.ts'
import { type Named, named } from '../kernel/named.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Person } from './counting/rules.ts'
import type { Moved } from './deciding/rules.ts'
import { type Fact, unpacked } from './evidence/rules.ts'
import type { Result } from './scoring/rules.ts'

export type AppraisalRow = Person &
  Named & {
    readonly id: AppraisalId
    readonly monthId: AppraisalMonthId
    readonly month: string
    readonly monthState: MonthState
    readonly staffId: StaffId
    readonly active: boolean
    readonly department: Bilingual
    readonly state: AppraisalState
    readonly revision: number
    readonly pass: number
    readonly result: Result | null
    readonly score: number | null
    readonly grade: Grade | null
    readonly review: number
    readonly reviewWhy: string
    readonly reviewedBy: StaffId | null
    readonly reviewedAt: Date | null
    /** Where it came back after personnel's stage: their days for it end then. */
    readonly reviewDueAt: Date | null
    readonly signedBy: StaffId | null
    readonly signedAt: Date | null
    readonly amendment: number
    readonly caseWords: string | null
    readonly caseLink: string | null
    readonly caseBy: StaffId | null
    readonly reopenedBy: StaffId | null
    readonly reopenedWhy: string | null
    readonly reopenedLink: string | null
    readonly publishedAt: Date | null
    readonly answerDueAt: Date | null
    readonly answeredAt: Date | null
    readonly closedAt: Date | null
    readonly version: number
  }

const rows = (db: Reader) =>
  db
    .selectFrom('appraisals as a')
    .innerJoin('appraisal_months as m', 'm.id', 'a.month_id')
    .innerJoin('staff as p', 'p.id', 'a.staff_id')
    .innerJoin('departments as d', 'd.id', 'p.department_id')
    .selectAll('a')
    .select(['m.state as month_state', 'p.name', 'p.name_en', 'p.active', 'd.name as department'])
    .select(sql<string>`to_char(m.month, 'YYYY-MM-DD')`.as('month'))
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]

const figure = (text: string | null): number | null => (text === null ? null : Number(text))
const appraisalOf = (row: Row): AppraisalRow => ({
  id: row.id as AppraisalId,
  monthId: row.month_id as AppraisalMonthId,
  month: row.month,
  monthState: row.month_state,
  staffId: row.staff_id as StaffId,
  name: row.name,
  nameEn: row.name_en,
  active: row.active,
  department: row.department,
  state: row.state,
  revision: row.revision,
  pass: row.pass,
  posts: row.posts,
  post: row.post,
  trial: row.trial,
  result: row.result,
  score: figure(row.score),
  grade: row.grade,
  review: Number(row.review),
  reviewWhy: row.review_why,
  reviewedBy: row.reviewed_by as StaffId | null,
  reviewedAt: row.reviewed_at,
  reviewDueAt: row.review_due_at,
  signedBy: row.signed_by as StaffId | null,
  signedAt: row.signed_at,
  amendment: Number(row.amendment),
  caseWords: row.case_words,
  caseLink: row.case_link,
  caseBy: row.case_by as StaffId | null,
  reopenedBy: row.reopened_by as StaffId | null,
  reopenedWhy: row.reopened_why,
  reopenedLink: row.reopened_link,
  publishedAt: row.published_at,
  answerDueAt: row.answer_due_at,
  answeredAt: row.answered_at,
  closedAt: row.closed_at,
  version: row.version,
})

/** @throws NotFound */
export async function getAppraisal(db: Reader, id: AppraisalId): Promise<AppraisalRow> {
  const row = await rows(db).where('a.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return appraisalOf(row)
}

/** Several, in one read; those that are not there are left out. */
export const listAppraisals = async (db: Reader, ids: readonly AppraisalId[]): Promise<AppraisalRow[]> =>
  (await rows(db).where('a.id', 'in', ids).orderBy('a.id').execute()).map(appraisalOf)

/** The row, locked. Lock its month first where that changes too. @throws NotFound */
export async function lockAppraisal(tx: Tx, id: AppraisalId): Promise<AppraisalRow> {
  await tx.db.selectFrom('appraisals').select('id').where('id', '=', id).forUpdate().execute()
  return getAppraisal(tx.db, id)
}

/** Everybody of a month, by post and name. */
export const listOfMonth = async (db: Reader, monthId: AppraisalMonthId): Promise<AppraisalRow[]> =>
  (
    await rows(db)
      .where('a.month_id', '=', monthId)
      .orderBy(sql`array_position(array['manager', 'service', 'technician', 'guard'], a.post)`)
      .orderBy('p.number')
      .execute()
  ).map(appraisalOf)

/** One person's months, the latest on top; `before`: the last month of the page before. */
export const listOfPerson = async (
  db: Reader,
  staffId: StaffId,
  { before, limit }: { before: string | null; limit: number },
): Promise<AppraisalRow[]> =>
  (
    await rows(db)
      .where('a.staff_id', '=', staffId)
      .$if(before !== null, (q) => q.where('m.month', '<', before ?? ''))
      .orderBy('m.month', 'desc')
      .limit(limit)
      .execute()
  ).map(appraisalOf)

type Change = Partial<{
  state: AppraisalState
  revision: number
  pass: number
  result: string
  score: number | null
  grade: Grade
  review: number
  review_why: string
  reviewed_by: StaffId | null
  reviewed_at: Date | null
  review_due_at: Date | null
  review_told_at: Date | null
  signed_by: StaffId | null
  signed_at: Date | null
  amendment: number
  case_words: string | null
  case_link: string | null
  case_by: StaffId | null
  case_at: Date | null
  reopened_by: StaffId | null
  reopened_why: string
  reopened_link: string
  published_at: Date
  answer_due_at: Date | null
  answered_at: Date | null
  closed_at: Date | null
}>
export const setAppraisal = (tx: Tx, id: AppraisalId, change: Change) =>
  tx.db
    .updateTable('appraisals')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

export const resultColumns = (result: Result) => ({
  result: JSON.stringify(result),
  score: result.score,
  grade: result.grade,
})

/** What somebody's month was counted from, item by item. */
export async function inputsOf(db: Reader, id: AppraisalId, revision: number): Promise<Map<string, Fact[]>> {
  const found = await db
    .selectFrom('appraisal_inputs')
    .select(['item', 'facts'])
    .where('appraisal_id', '=', id)
    .where('revision', '=', revision)
    .orderBy('item')
    .execute()
  return new Map(found.map(({ item, facts }) => [item, unpacked(facts)]))
}

export type ScoreRow = {
  readonly id: string
  readonly managerId: StaffId | null
  readonly shifts: number
  readonly moved: Moved | null
  readonly scoredBy: StaffId | null
  readonly scoredAt: Date | null
  readonly manager: Named | null
  readonly scorer: Named | null
}

/** What each duty manager, or the group, was asked and has said. */
export async function scoresOf(db: Reader, id: AppraisalId): Promise<ScoreRow[]> {
  const found = await db
    .selectFrom('appraisal_scores as s')
    .leftJoin('staff as m', 'm.id', 's.manager_id')
    .leftJoin('staff as b', 'b.id', 's.scored_by')
    .select(['s.id', 's.manager_id', 's.shifts', 's.moved', 's.scored_by', 's.scored_at'])
    .select(['m.name', 'm.name_en', 'b.name as by_name', 'b.name_en as by_name_en'])
    .where('s.appraisal_id', '=', id)
    .orderBy('s.shifts', 'desc')
    .orderBy('s.id')
    .execute()
  return found.map((row) => ({
    id: row.id,
    managerId: row.manager_id as StaffId | null,
    shifts: row.shifts,
    moved: row.moved,
    scoredBy: row.scored_by as StaffId | null,
    scoredAt: row.scored_at,
    manager: named(row.name, row.name_en),
    scorer: named(row.by_name, row.by_name_en),
  }))
}
