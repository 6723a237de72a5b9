import { sql } from 'kysely'
import type { AppraisalId, AppraisalMonthId, StaffId } from '../../kernel/ids.ts'
import { named } from '../../kernel/named.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Moved } from './rules.ts'

/** Whoever was not scored in time: the evidence stands. */
export const passUnscored = (tx: Tx, monthId: AppraisalMonthId) =>
  sql`
    update appraisals set state = 'manager_scored', version = version + 1
    where month_id = ${monthId} and state in ('draft', 'commented')`.execute(tx.db)

/** What this person was asked about one appraisal; the group's part where they sign for the group. */
export async function askedOf(
  db: Reader,
  id: AppraisalId,
  { by, signs }: { by: StaffId; signs: boolean },
): Promise<{ id: string; managerId: StaffId | null }[]> {
  const rows = await db
    .selectFrom('appraisal_scores')
    .select(['id', 'manager_id'])
    .where('appraisal_id', '=', id)
    .where(({ eb, or }) => or([eb('manager_id', '=', by), ...(signs ? [eb('manager_id', 'is', null)] : [])]))
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ id: row.id, managerId: row.manager_id as StaffId | null }))
}

export const setScore = (tx: Tx, id: string, { moved, by }: { moved: Moved; by: StaffId }) =>
  tx.db
    .updateTable('appraisal_scores')
    .set({ moved: JSON.stringify(moved), scored_by: by, scored_at: tx.now })
    .where('id', '=', id)
    .execute()

export const isScored = async (db: Reader, id: AppraisalId): Promise<boolean> =>
  (await db
    .selectFrom('appraisal_scores')
    .select('id')
    .where('appraisal_id', '=', id)
    .where('scored_at', 'is', null)
    .limit(1)
    .executeTakeFirst()) === undefined

/** Whoever was asked is asked again; what they said stays in the form. */
export const askAgain = (tx: Tx, id: AppraisalId) =>
  tx.db.updateTable('appraisal_scores').set({ scored_at: null }).where('appraisal_id', '=', id).execute()

export type Said = {
  readonly id: string
  readonly kind: 'comment' | 'return'
  readonly words: string
  readonly saidAt: Date
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
}
export async function wordsAbout(db: Reader, id: AppraisalId): Promise<Said[]> {
  const rows = await db
    .selectFrom('appraisal_words as w')
    .innerJoin('staff as p', 'p.id', 'w.staff_id')
    .select(['w.id', 'w.kind', 'w.words', 'w.said_at', 'w.staff_id', 'p.name', 'p.name_en'])
    .where('w.appraisal_id', '=', id)
    .orderBy('w.id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    words: row.words,
    saidAt: row.said_at,
    staffId: row.staff_id as StaffId,
    name: row.name,
    nameEn: row.name_en,
  }))
}

export const insertWords = (
  tx: Tx,
  row: { appraisalId: AppraisalId; kind: 'comment' | 'return'; by: StaffId; words: string },
) =>
  tx.db
    .insertInto('appraisal_words')
    .values({
      appraisal_id: row.appraisalId,
      kind: row.kind,
      staff_id: row.by,
      words: row.words,
      said_at: tx.now,
    })
    .execute()

export type Objection = {
  readonly id: string
  readonly revision: number
  readonly words: string
  readonly madeAt: Date
  readonly outcome: 'upheld' | 'amended' | null
  readonly amendment: number
  readonly why: string
  readonly decidedAt: Date | null
  readonly by: { readonly name: string; readonly nameEn: string } | null
}
export async function objectionsTo(db: Reader, id: AppraisalId): Promise<Objection[]> {
  const rows = await db
    .selectFrom('appraisal_objections as o')
    .leftJoin('staff as p', 'p.id', 'o.decided_by')
    .selectAll('o')
    .select(['p.name', 'p.name_en'])
    .where('o.appraisal_id', '=', id)
    .orderBy('o.id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    revision: row.revision,
    words: row.words,
    madeAt: row.made_at,
    outcome: row.outcome,
    amendment: Number(row.amendment),
    why: row.why,
    decidedAt: row.decided_at,
    by: named(row.name, row.name_en),
  }))
}

/** False where this version has been objected to already. */
export async function insertObjection(
  tx: Tx,
  row: { appraisalId: AppraisalId; revision: number; words: string },
): Promise<boolean> {
  const made = await tx.db
    .insertInto('appraisal_objections')
    .values({ appraisal_id: row.appraisalId, revision: row.revision, words: row.words, made_at: tx.now })
    .onConflict((conflict) => conflict.constraint('appraisal_objections_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

/** @throws NotFound */
export async function decideObjection(
  tx: Tx,
  row: {
    appraisalId: AppraisalId
    revision: number
    outcome: 'upheld' | 'amended'
    amendment: number
    why: string
    by: StaffId
  },
): Promise<void> {
  const { numUpdatedRows } = await tx.db
    .updateTable('appraisal_objections')
    .set({
      outcome: row.outcome,
      amendment: row.amendment,
      why: row.why,
      decided_by: row.by,
      decided_at: tx.now,
    })
    .where('appraisal_id', '=', row.appraisalId)
    .where('revision', '=', row.revision)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw new NotFound()
}

export type ToScore = {
  readonly appraisalId: AppraisalId
  readonly month: string
  readonly shifts: number
  readonly group: boolean
  readonly scoredAt: Date | null
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly post: string
}

/** Whom this person is asked to score, in months whose managers have the word. */
export async function listToScore(db: Reader, { by, signs }: { by: StaffId; signs: boolean }): Promise<ToScore[]> {
  const rows = await db
    .selectFrom('appraisal_scores as s')
    .innerJoin('appraisals as a', 'a.id', 's.appraisal_id')
    .innerJoin('appraisal_months as m', 'm.id', 'a.month_id')
    .innerJoin('staff as p', 'p.id', 'a.staff_id')
    .select([
      's.appraisal_id',
      's.shifts',
      's.manager_id',
      's.scored_at',
      'a.staff_id',
      'a.post',
      'p.name',
      'p.name_en',
    ])
    .select(sql<string>`to_char(m.month, 'YYYY-MM-DD')`.as('month'))
    .where('m.state', '=', 'managers')
    .where('a.staff_id', '<>', by)
    .where(({ eb, or }) => or([eb('s.manager_id', '=', by), ...(signs ? [eb('s.manager_id', 'is', null)] : [])]))
    .orderBy(sql`s.scored_at is not null`)
    .orderBy('p.number')
    .execute()
  return rows.map((row) => ({
    appraisalId: row.appraisal_id as AppraisalId,
    month: row.month,
    shifts: row.shifts,
    group: row.manager_id === null,
    scoredAt: row.scored_at,
    staffId: row.staff_id as StaffId,
    name: row.name,
    nameEn: row.name_en,
    post: row.post,
  }))
}

/** Whether this person leads, or has led, shifts of that month for whoever it is about. */
export const hasLed = async (db: Reader, id: AppraisalId, by: StaffId): Promise<boolean> =>
  (await db
    .selectFrom('appraisal_scores')
    .select('id')
    .where('appraisal_id', '=', id)
    .where('manager_id', '=', by)
    .limit(1)
    .executeTakeFirst()) !== undefined

/** The next version is counted from the same facts. */
export const copyInputs = (tx: Tx, id: AppraisalId, revision: number) =>
  sql`
    insert into appraisal_inputs (appraisal_id, revision, item, subject, facts)
    select appraisal_id, revision + 1, item, subject, facts from appraisal_inputs
    where appraisal_id = ${id} and revision = ${revision} on conflict do nothing`.execute(tx.db)
