import { sql } from 'kysely'
import type { CaseWeight, FalseRecordState } from '../../events/records.ts'
import type { DocumentRequestId, FalseRecordId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { type Named, named } from '../../kernel/named.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import { openFirst, type Page } from '../paged.ts'
import type { Wanted } from '../rules.ts'
import { OPEN } from './rules.ts'

export type FalseRecord = Named & {
  readonly id: FalseRecordId
  readonly staffId: StaffId
  readonly department: Bilingual
  readonly openedBy: StaffId
  readonly opener: Named
  readonly openedAt: Date
  readonly words: string
  readonly links: readonly string[]
  readonly requestId: DocumentRequestId | null
  readonly state: FalseRecordState
  readonly statement: string | null
  readonly statedAt: Date | null
  readonly statementDueAt: Date
  readonly decideDueAt: Date | null
  readonly decideToldAt: Date | null
  readonly weight: CaseWeight | null
  readonly decision: string
  readonly decidedBy: StaffId | null
  readonly decider: Named | null
  readonly decidedAt: Date | null
  readonly objectUntil: Date | null
  readonly objection: string | null
  readonly objectedAt: Date | null
  readonly review: string
  readonly reviewer: Named | null
  readonly reviewedAt: Date | null
}

const rows = (db: Reader) =>
  db
    .selectFrom('false_records as f')
    .innerJoin('staff as p', 'p.id', 'f.staff_id')
    .innerJoin('departments as d', 'd.id', 'p.department_id')
    .innerJoin('staff as o', 'o.id', 'f.opened_by')
    .leftJoin('staff as b', 'b.id', 'f.decided_by')
    .leftJoin('staff as r', 'r.id', 'f.reviewed_by')
    .selectAll('f')
    .select(['p.name', 'p.name_en', 'd.name as department', 'o.name as o_name', 'o.name_en as o_name_en'])
    .select(['b.name as b_name', 'b.name_en as b_name_en', 'r.name as r_name', 'r.name_en as r_name_en'])
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]
const caseOf = (row: Row): FalseRecord => ({
  id: row.id as FalseRecordId,
  staffId: row.staff_id as StaffId,
  name: row.name,
  nameEn: row.name_en,
  department: row.department,
  openedBy: row.opened_by as StaffId,
  opener: { name: row.o_name, nameEn: row.o_name_en },
  openedAt: row.opened_at,
  words: row.words,
  links: row.links,
  requestId: row.request_id as DocumentRequestId | null,
  state: row.state,
  statement: row.statement,
  statedAt: row.stated_at,
  statementDueAt: row.statement_due_at,
  decideDueAt: row.decide_due_at,
  decideToldAt: row.decide_told_at,
  weight: row.weight,
  decision: row.decision,
  decidedBy: row.decided_by as StaffId | null,
  decider: named(row.b_name, row.b_name_en),
  decidedAt: row.decided_at,
  objectUntil: row.object_until,
  objection: row.objection,
  objectedAt: row.objected_at,
  review: row.review,
  reviewer: named(row.r_name, row.r_name_en),
  reviewedAt: row.reviewed_at,
})

/** @throws NotFound */
export async function getCase(db: Reader, id: FalseRecordId): Promise<FalseRecord> {
  const row = await rows(db).where('f.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return caseOf(row)
}

/** The row, locked. @throws NotFound */
export async function lockCase(tx: Tx, id: FalseRecordId): Promise<FalseRecord> {
  await tx.db.selectFrom('false_records').select('id').where('id', '=', id).forUpdate().execute()
  return getCase(tx.db, id)
}

/** Open ones first, the next due on top, then the others, the newest on top; from a place on. */
export async function listCases(db: Reader, wanted: Wanted, page: Page): Promise<FalseRecord[]> {
  const { of, except } = wanted
  const { place } = page
  const some = rows(db)
    .$if(of !== undefined, (q) => q.where('f.staff_id', '=', of ?? '0'))
    .$if(except !== undefined, (q) => q.where('f.staff_id', '<>', except ?? '0'))
  const found = await openFirst(wanted, page, {
    open: (limit) =>
      some
        .where('f.state', 'in', OPEN)
        .$if(place !== null, (q) =>
          q.where(sql<boolean>`(f.statement_due_at, -f.id) > (${place?.due ?? null}, -${place?.id ?? '0'}::bigint)`),
        )
        .orderBy('f.statement_due_at')
        .orderBy('f.id', 'desc')
        .limit(limit)
        .execute(),
    over: (limit) =>
      some
        .where('f.state', 'not in', OPEN)
        .$if(place !== null && !place.due, (q) => q.where('f.id', '<', place?.id ?? '0'))
        .orderBy('f.id', 'desc')
        .limit(limit)
        .execute(),
  })
  return found.map(caseOf)
}

export async function insertCase(
  tx: Tx,
  row: {
    staffId: StaffId
    by: StaffId
    words: string
    links: readonly string[]
    requestId: DocumentRequestId | null
    statementDueAt: Date
    decideDueAt: Date
  },
): Promise<FalseRecordId> {
  const { id } = await tx.db
    .insertInto('false_records')
    .values({
      staff_id: row.staffId,
      opened_by: row.by,
      opened_at: tx.now,
      words: row.words,
      links: [...row.links],
      request_id: row.requestId,
      state: 'opened',
      statement_due_at: row.statementDueAt,
      decide_due_at: row.decideDueAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as FalseRecordId
}

/** The same about the same person, still open: pressed twice. */
export async function findSame(tx: Tx, staffId: StaffId, words: string): Promise<FalseRecordId | undefined> {
  const row = await tx.db
    .selectFrom('false_records')
    .select('id')
    .where('staff_id', '=', staffId)
    .where('words', '=', words)
    .where('state', '=', 'opened')
    .executeTakeFirst()
  return row?.id as FalseRecordId | undefined
}

type Change = Partial<{
  state: FalseRecordState
  statement: string
  stated_at: Date
  decide_due_at: Date
  decide_told_at: Date | null
  weight: CaseWeight | null
  decision: string
  decided_by: StaffId
  decided_at: Date
  object_until: Date
  objection: string
  objected_at: Date
  review: string
  reviewed_by: StaffId
  reviewed_at: Date
}>
export const setCase = (tx: Tx, id: FalseRecordId, change: Change) =>
  tx.db
    .updateTable('false_records')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()
