import { sql } from 'kysely'
import type { Grade, MeasureKind } from '../../../events/appraisal.ts'
import type { AppraisalId, MeasureId, StaffId } from '../../../kernel/ids.ts'
import type { Reader, Tx } from '../../../schema.ts'

export const insertProposals = async (
  tx: Tx,
  proposals: readonly Proposing[],
): Promise<{ measureId: MeasureId; staffId: StaffId; kind: MeasureKind }[]> => {
  if (proposals.length === 0) return []
  const made = await tx.db
    .insertInto('appraisal_measures')
    .values(
      proposals.map(({ appraisalId, staffId, kind, coefficient }) => ({
        appraisal_id: appraisalId,
        staff_id: staffId,
        kind,
        state: 'proposed' as const,
        coefficient,
        proposed_at: tx.now,
      })),
    )
    .onConflict((conflict) => conflict.columns(['appraisal_id', 'kind']).where(isOpen).doNothing())
    .returning(['id', 'staff_id', 'kind'])
    .execute()
  return made.map(({ id, staff_id, kind }) => ({ measureId: id as MeasureId, staffId: staff_id as StaffId, kind }))
}

/** As the index of open measures has it: one of a kind and appraisal. */
const isOpen = sql<boolean>`state not in ('executed', 'declined', 'withdrawn')`

export type Proposing = {
  readonly appraisalId: AppraisalId
  readonly staffId: StaffId
  readonly kind: MeasureKind
  readonly coefficient: number | null
}

/** What nobody has looked at goes with the result that it rested on. */
export const dropUnseen = (tx: Tx, ids: readonly AppraisalId[]) =>
  tx.db.deleteFrom('appraisal_measures').where('appraisal_id', 'in', ids).where('state', '=', 'proposed').execute()

/** Of these, who has had another grade published before: what followed from that no longer follows. */
export async function gradesBefore(db: Reader, ids: readonly AppraisalId[]): Promise<Map<AppraisalId, Grade>> {
  const { rows } = await sql<{ id: AppraisalId; grade: Grade }>`
    select a.id, r.grade from appraisals a cross join lateral (
      select grade from appraisal_results x where x.appraisal_id = a.id and x.revision < a.revision order by x.revision desc limit 1) r
    where a.id = any(${[...ids]}::bigint[])`.execute(db)
  return new Map(rows.map(({ id, grade }) => [id, grade]))
}

/** What is still under way is withdrawn, and leaves the file as what was decided does; what has been carried out is on nobody's file any more. */
export async function letFall(
  tx: Tx,
  ids: readonly AppraisalId[],
  months: number,
): Promise<{ measureId: MeasureId; staffId: StaffId; kind: MeasureKind }[]> {
  const { rows } = await sql<{ measureId: MeasureId; staffId: StaffId; kind: MeasureKind }>`
    update appraisal_measures set version = version + 1, withdrawn_at = ${tx.now},
      state = case when state = 'executed' or executed_at is not null then 'executed' else 'withdrawn' end,
      expires_at = case when executed_at is not null then ${tx.now} else coalesce(expires_at, ${tx.now}::timestamptz + make_interval(months => ${months})) end
    where appraisal_id = any(${[...ids]}::bigint[]) and state not in ('declined', 'withdrawn') and withdrawn_at is null
    returning id as "measureId", staff_id as "staffId", kind`.execute(tx.db)
  return rows
}

/** Kinds that have been proposed for these, whatever became of them. */
export async function proposedKinds(db: Reader, ids: readonly AppraisalId[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('appraisal_measures')
    .select(['appraisal_id', 'kind'])
    .where('appraisal_id', 'in', ids)
    .execute()
  return new Set(rows.map(({ appraisal_id, kind }) => `${appraisal_id} ${kind}`))
}
