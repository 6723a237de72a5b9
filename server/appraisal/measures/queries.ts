import { sql } from 'kysely'
import type { Grade, MeasureKind, MeasureState } from '../../events/appraisal.ts'
import type { AppraisalId, MeasureId, StaffId } from '../../kernel/ids.ts'
import { type Named, named } from '../../kernel/named.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'

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
  readonly withdrawal: string
  readonly withdrawnAt: Date | null
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
  withdrawal: row.withdrawal,
  withdrawnAt: row.withdrawn_at,
  decider: named(row.decider, row.decider_en),
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
      .where(onFile(now))
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

const OVER = ['executed', 'declined', 'withdrawn'] as const

/** Those of others that somebody has to do something about, and how many wait to be put forward in all: of everybody, or of one. */
export async function listUnderWay(
  db: Reader,
  { except, now, limit, of }: { except: StaffId; now: Date; limit: number; of: StaffId | null },
): Promise<{ proposed: MeasureRow[]; proposedCount: number; going: MeasureRow[] }> {
  const some = rows(db)
    .where(onFile(now))
    .where('e.staff_id', '<>', except)
    .orderBy('m.month', 'desc')
    .orderBy('p.number')
    .orderBy('e.id')
  const [proposed, counted, going] = await Promise.all([
    some
      .where('e.state', '=', 'proposed')
      .$if(of !== null, (q) => q.where('e.staff_id', '=', of ?? '0'))
      .limit(limit)
      .execute(),
    db
      .selectFrom('appraisal_measures')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('state', '=', 'proposed')
      .where('staff_id', '<>', except)
      .$if(of !== null, (q) => q.where('staff_id', '=', of ?? '0'))
      .executeTakeFirstOrThrow(),
    some.where('e.state', 'in', ['pending', 'decided', 'objected', 'reviewed']).limit(limit).execute(),
  ])
  return { proposed: proposed.map(measureOf), proposedCount: Number(counted.count), going: going.map(measureOf) }
}

/** Those of others about which there is nothing more to do, the newest first; `before` is the last of the page before. */
export const listOver = async (
  db: Reader,
  { except, now, before, limit }: { except: StaffId; now: Date; before: MeasureId | null; limit: number },
): Promise<MeasureRow[]> =>
  (
    await rows(db)
      .where(onFile(now))
      .where('e.staff_id', '<>', except)
      .where('e.state', 'in', OVER)
      .$if(before !== null, (q) => q.where('e.id', '<', before ?? '0'))
      .orderBy('e.id', 'desc')
      .limit(limit)
      .execute()
  ).map(measureOf)

/** What followed from one appraisal, as far as it is on the file still. */
export const listOfAppraisal = async (db: Reader, id: AppraisalId, now: Date): Promise<MeasureRow[]> =>
  (await rows(db).where('e.appraisal_id', '=', id).where(onFile(now)).orderBy('e.id').execute()).map(measureOf)

const onFile = (now: Date) => sql<boolean>`(e.expires_at is null or e.expires_at > ${now})`

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
  withdrawn_by: StaffId
  withdrawn_at: Date
  withdrawal: string
}>
export const setMeasure = (tx: Tx, id: MeasureId, change: Change) =>
  tx.db
    .updateTable('appraisal_measures')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

/** Grades of the last three months that are on the file still, twelve months back, the latest first, and whether there was training in that time. */
export async function beforeOf(
  db: Reader,
  { people, month }: { people: readonly StaffId[]; month: string },
): Promise<(one: StaffId) => { grades: (Grade | null)[]; trained: boolean }> {
  const { rows } = await sql<{ staff_id: StaffId; grades: (Grade | null)[]; trained: boolean }>`
    select p.staff_id, array(
        select a.grade from appraisals a join appraisal_months m on m.id = a.month_id
        where a.staff_id = p.staff_id and m.month < ${month}::date and m.month >= ${month}::date - interval '12 months' and a.published_at is not null
        order by m.month desc limit 3) as grades,
      exists (select from coaching_requests c where c.staff_id = p.staff_id and c.state = 'scheduled'
        and c.answered_at >= ${month}::date - interval '12 months') as trained
    from unnest(${[...people]}::bigint[]) as p (staff_id)`.execute(db)
  const of = new Map(rows.map(({ staff_id, ...before }) => [staff_id, before]))
  return (one) => of.get(one) ?? { grades: [], trained: false }
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
