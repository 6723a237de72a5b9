import { sql } from 'kysely'
import type { Grade, MeasureKind, MeasureState } from '../../events/appraisal.ts'
import type { AppraisalId, MeasureId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'

type Named = { readonly name: string; readonly nameEn: string }
export type MeasureRow = Named & {
  readonly id: MeasureId
  readonly appraisalId: AppraisalId
  readonly staffId: StaffId
  readonly month: string
  readonly grade: Grade | null
  readonly score: number | null
  readonly kind: MeasureKind
  readonly state: MeasureState
  readonly coefficient: number | null
  readonly why: string
  readonly proposedAt: Date
  readonly editedBy: StaffId | null
  readonly statement: string | null
  readonly statedAt: Date | null
  readonly statementDueAt: Date | null
  readonly decidedBy: StaffId | null
  readonly decidedAt: Date | null
  readonly decision: string
  readonly executedAt: Date | null
  readonly objection: string | null
  readonly reviewedAt: Date | null
  readonly review: string
  readonly expiresAt: Date | null
  readonly decider: Named | null
}

const rows = (db: Reader) =>
  db
    .selectFrom('appraisal_measures as e')
    .innerJoin('appraisals as a', 'a.id', 'e.appraisal_id')
    .innerJoin('appraisal_months as m', 'm.id', 'a.month_id')
    .innerJoin('staff as p', 'p.id', 'e.staff_id')
    .leftJoin('staff as d', 'd.id', 'e.decided_by')
    .selectAll('e')
    .select(['a.grade', 'a.score', 'p.name', 'p.name_en', 'd.name as decider', 'd.name_en as decider_en'])
    .select(sql<string>`to_char(m.month, 'YYYY-MM-DD')`.as('month'))
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]
const measureOf = (row: Row): MeasureRow => ({
  id: row.id as MeasureId,
  appraisalId: row.appraisal_id as AppraisalId,
  staffId: row.staff_id as StaffId,
  name: row.name,
  nameEn: row.name_en,
  month: row.month,
  grade: row.grade,
  score: row.score === null ? null : Number(row.score),
  kind: row.kind,
  state: row.state,
  coefficient: row.coefficient === null ? null : Number(row.coefficient),
  why: row.why,
  proposedAt: row.proposed_at,
  editedBy: row.edited_by as StaffId | null,
  statement: row.statement,
  statedAt: row.stated_at,
  statementDueAt: row.statement_due_at,
  decidedBy: row.decided_by as StaffId | null,
  decidedAt: row.decided_at,
  decision: row.decision,
  executedAt: row.executed_at,
  objection: row.objection,
  reviewedAt: row.reviewed_at,
  review: row.review,
  expiresAt: row.expires_at,
  decider: row.decider === null ? null : { name: row.decider, nameEn: row.decider_en ?? '' },
})

/** @throws NotFound */
export async function getMeasure(db: Reader, id: MeasureId): Promise<MeasureRow> {
  const row = await rows(db).where('e.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return measureOf(row)
}

/** The row, locked. @throws NotFound */
export async function lockMeasure(tx: Tx, id: MeasureId): Promise<MeasureRow> {
  await tx.db.selectFrom('appraisal_measures').select('id').where('id', '=', id).forUpdate().execute()
  return getMeasure(tx.db, id)
}

/** Those that somebody has to do something about first; what has expired is on nobody's file any more. */
export const listMeasures = async (
  db: Reader,
  { now, staffId }: { now: Date; staffId?: StaffId },
): Promise<MeasureRow[]> =>
  (
    await rows(db)
      .where(({ eb, or }) => or([eb('e.expires_at', 'is', null), eb('e.expires_at', '>', now)]))
      .$if(staffId !== undefined, (q) => q.where('e.staff_id', '=', staffId ?? '0'))
      // What concerns a person is theirs to read once a human has put it forward.
      .$if(staffId !== undefined, (q) => q.where('e.state', '<>', 'proposed'))
      .orderBy(sql`e.state in ('proposed', 'pending', 'objected') desc`)
      .orderBy('m.month', 'desc')
      .orderBy('p.number')
      .orderBy('e.id')
      .limit(300)
      .execute()
  ).map(measureOf)

export const listOfAppraisal = async (db: Reader, id: AppraisalId): Promise<MeasureRow[]> =>
  (await rows(db).where('e.appraisal_id', '=', id).orderBy('e.id').execute()).map(measureOf)

export const insertProposals = async (
  tx: Tx,
  { appraisalId, staffId }: { appraisalId: AppraisalId; staffId: StaffId },
  proposals: readonly { kind: MeasureKind; coefficient: number | null }[],
): Promise<{ id: MeasureId; kind: MeasureKind }[]> => {
  if (proposals.length === 0) return []
  const made = await tx.db
    .insertInto('appraisal_measures')
    .values(
      proposals.map(({ kind, coefficient }) => ({
        appraisal_id: appraisalId,
        staff_id: staffId,
        kind,
        state: 'proposed' as const,
        coefficient,
        proposed_at: tx.now,
      })),
    )
    .onConflict((conflict) => conflict.constraint('appraisal_measures_once').doNothing())
    .returning(['id', 'kind'])
    .execute()
  return made.map(({ id, kind }) => ({ id: id as MeasureId, kind }))
}

/** What nobody has looked at goes with the result that it rested on. */
export const dropUnseen = (tx: Tx, appraisalId: AppraisalId) =>
  tx.db
    .deleteFrom('appraisal_measures')
    .where('appraisal_id', '=', appraisalId)
    .where('state', '=', 'proposed')
    .execute()

type Change = Partial<{
  state: MeasureState
  coefficient: number | null
  why: string
  edited_by: StaffId
  edited_at: Date
  statement: string
  stated_at: Date
  statement_due_at: Date
  decided_by: StaffId
  decided_at: Date
  decision: string
  executed_by: StaffId
  executed_at: Date
  objection: string
  objected_at: Date
  reviewed_by: StaffId
  reviewed_at: Date
  review: string
  told_chief_at: Date
  expires_at: Date
}>
export const setMeasure = (tx: Tx, id: MeasureId, change: Change) =>
  tx.db
    .updateTable('appraisal_measures')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

/** Grades of the three months before, the latest first, and whether there was training since. */
export async function beforeOf(
  db: Reader,
  { staffId, month }: { staffId: StaffId; month: string },
): Promise<{ grades: (Grade | null)[]; trained: boolean }> {
  const { rows: found } = await sql<{ grade: Grade | null }>`
    select a.grade from appraisals a join appraisal_months m on m.id = a.month_id
    where a.staff_id = ${staffId} and m.month < ${month}::date and a.published_at is not null
    order by m.month desc limit 3`.execute(db)
  const trained = await db
    .selectFrom('coaching_requests')
    .select('id')
    .where('staff_id', '=', staffId)
    .where('state', '=', 'scheduled')
    .limit(1)
    .executeTakeFirst()
  return { grades: found.map(({ grade }) => grade), trained: trained !== undefined }
}

/** Proposed so long ago that whoever heads the group is told. */
export async function listUndecided(
  db: Reader,
  before: Date,
  limit: number,
): Promise<{ id: MeasureId; version: number; at: Date }[]> {
  const found = await db
    .selectFrom('appraisal_measures')
    .select(['id', 'version', 'proposed_at'])
    .where('state', 'in', ['proposed', 'pending'])
    .where('told_chief_at', 'is', null)
    // What changes nothing waits for nobody.
    .where(sql<boolean>`not (kind = 'bonus' and coefficient = 1)`)
    .where('proposed_at', '<=', before)
    .orderBy('proposed_at')
    .limit(limit)
    .execute()
  return found.map((row) => ({ id: row.id as MeasureId, version: row.version, at: row.proposed_at }))
}
