import { sql } from 'kysely'
import type { CommendationFinding, CommendationSource, CommendationState } from '../events/recognition.ts'
import type { CommendationId, MeasureId, StaffId } from '../kernel/ids.ts'
import type { Bilingual } from '../kernel/language.ts'
import { type Named, named } from '../kernel/named.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'

export type Commendation = Named & {
  readonly id: CommendationId
  readonly staffId: StaffId
  readonly department: Bilingual
  readonly source: CommendationSource
  readonly state: CommendationState
  readonly nominatedBy: StaffId | null
  readonly nominator: Named | null
  readonly nominatedAt: Date
  readonly words: string
  readonly links: readonly string[]
  readonly finding: CommendationFinding | null
  readonly checkWords: string
  readonly checkedBy: StaffId | null
  readonly checker: Named | null
  readonly checkedAt: Date | null
  readonly decision: string
  readonly reward: string
  readonly decidedBy: StaffId | null
  readonly decider: Named | null
  readonly decidedAt: Date | null
  readonly executor: Named | null
  readonly executedAt: Date | null
  readonly hiddenAt: Date | null
  readonly revoker: Named | null
  readonly revokedAt: Date | null
  readonly revocation: string
}

const rows = (db: Reader) =>
  db
    .selectFrom('commendations as c')
    .innerJoin('staff as p', 'p.id', 'c.staff_id')
    .innerJoin('departments as d', 'd.id', 'p.department_id')
    .leftJoin('staff as n', 'n.id', 'c.nominated_by')
    .leftJoin('staff as k', 'k.id', 'c.checked_by')
    .leftJoin('staff as b', 'b.id', 'c.decided_by')
    .leftJoin('staff as x', 'x.id', 'c.executed_by')
    .leftJoin('staff as v', 'v.id', 'c.revoked_by')
    .selectAll('c')
    .select(['p.name', 'p.name_en', 'd.name as department', 'n.name as n_name', 'n.name_en as n_name_en'])
    .select(['k.name as k_name', 'k.name_en as k_name_en', 'b.name as b_name', 'b.name_en as b_name_en'])
    .select(['x.name as x_name', 'x.name_en as x_name_en', 'v.name as v_name', 'v.name_en as v_name_en'])
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]

const commendationOf = (row: Row): Commendation => ({
  id: row.id as CommendationId,
  staffId: row.staff_id as StaffId,
  name: row.name,
  nameEn: row.name_en,
  department: row.department,
  source: row.source,
  state: row.state,
  nominatedBy: row.nominated_by as StaffId | null,
  nominator: named(row.n_name, row.n_name_en),
  nominatedAt: row.nominated_at,
  words: row.words,
  links: row.links,
  finding: row.finding,
  checkWords: row.check_words,
  checkedBy: row.checked_by as StaffId | null,
  checker: named(row.k_name, row.k_name_en),
  checkedAt: row.checked_at,
  decision: row.decision,
  reward: row.reward,
  decidedBy: row.decided_by as StaffId | null,
  decider: named(row.b_name, row.b_name_en),
  decidedAt: row.decided_at,
  executor: named(row.x_name, row.x_name_en),
  executedAt: row.executed_at,
  hiddenAt: row.hidden_at,
  revoker: named(row.v_name, row.v_name_en),
  revokedAt: row.revoked_at,
  revocation: row.revocation,
})

/** @throws NotFound */
export async function getCommendation(db: Reader, id: CommendationId): Promise<Commendation> {
  const row = await rows(db).where('c.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return commendationOf(row)
}

/** The row, locked. @throws NotFound */
export async function lockCommendation(tx: Tx, id: CommendationId): Promise<Commendation> {
  await tx.db.selectFrom('commendations').select('id').where('id', '=', id).forUpdate().execute()
  return getCommendation(tx.db, id)
}

/** What a measure granted; undefined where it granted nothing. */
export async function grantedBy(db: Reader, measureId: MeasureId): Promise<CommendationId | undefined> {
  const row = await db.selectFrom('commendations').select('id').where('measure_id', '=', measureId).executeTakeFirst()
  return row?.id as CommendationId | undefined
}

/** Those that wait for somebody, the oldest first: all of them. */
export const listWaiting = async (db: Reader): Promise<Commendation[]> =>
  (
    await rows(db).where('c.state', 'in', ['nominated', 'reviewed']).orderBy('c.nominated_at').orderBy('c.id').execute()
  ).map(commendationOf)

/** Those that were decided, about others than this person, the newest first; `before` is the last of the page before. */
export const listDecided = async (
  db: Reader,
  { except, before, limit }: { except: StaffId; before: CommendationId | null; limit: number },
): Promise<Commendation[]> =>
  (
    await rows(db)
      .where('c.state', 'in', ['granted', 'declined', 'executed', 'revoked'])
      .where('c.staff_id', '<>', except)
      .$if(before !== null, (q) => q.where('c.id', '<', before ?? '0'))
      .orderBy('c.id', 'desc')
      .limit(limit)
      .execute()
  ).map(commendationOf)

type Page = { readonly before: CommendationId | null; readonly limit: number }
/** What this person has nominated, the newest first; `before` is the last of the page before. */
export const listNominatedBy = async (db: Reader, staffId: StaffId, page: Page): Promise<Commendation[]> =>
  (await onPage(rows(db).where('c.nominated_by', '=', staffId), page).execute()).map(commendationOf)

/** What was granted to this person, also where it stands no more. */
export const listGrantedTo = async (db: Reader, staffId: StaffId, page: Page): Promise<Commendation[]> =>
  (
    await onPage(
      rows(db).where('c.staff_id', '=', staffId).where('c.state', 'in', ['granted', 'executed', 'revoked']),
      page,
    ).execute()
  ).map(commendationOf)

const onPage = (some: ReturnType<typeof rows>, { before, limit }: Page) =>
  some
    .$if(before !== null, (q) => q.where('c.id', '<', before ?? '0'))
    .orderBy('c.id', 'desc')
    .limit(limit)

type New = {
  readonly staffId: StaffId
  readonly source: CommendationSource
  readonly by: StaffId | null
  readonly words: string
  readonly links: readonly string[]
  readonly measureId?: MeasureId | null
}
export async function insertCommendation(tx: Tx, row: New): Promise<CommendationId> {
  const { id } = await tx.db
    .insertInto('commendations')
    .values({
      staff_id: row.staffId,
      source: row.source,
      state: 'nominated',
      nominated_by: row.by,
      nominated_at: tx.now,
      words: row.words,
      links: [...row.links],
      measure_id: row.measureId ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as CommendationId
}

type Change = Partial<{
  state: CommendationState
  finding: CommendationFinding
  check_words: string
  checked_by: StaffId | null
  checked_at: Date
  decision: string
  reward: string
  decided_by: StaffId
  decided_at: Date
  executed_by: StaffId
  executed_at: Date
  hidden_at: Date | null
  told_at: Date
  revoked_by: StaffId | null
  revoked_at: Date
  revocation: string
}>
export const setCommendation = (tx: Tx, id: CommendationId, change: Change) =>
  tx.db
    .updateTable('commendations')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

/** The same words about the same person by the same colleague, still open: pressed twice. */
export async function findSame(tx: Tx, { staffId, by, words }: New): Promise<CommendationId | undefined> {
  const row = await tx.db
    .selectFrom('commendations')
    .select('id')
    .where('staff_id', '=', staffId)
    .where('nominated_by', '=', by)
    .where('words', '=', words)
    .where('state', 'in', ['nominated', 'reviewed'])
    .executeTakeFirst()
  return row?.id as CommendationId | undefined
}

/** Undecided for so long that personnel is told (REGULATION row 54), once. */
export async function listUndecided(
  db: Reader,
  before: Date,
  limit: number,
): Promise<{ id: CommendationId; version: number; at: Date }[]> {
  const found = await db
    .selectFrom('commendations')
    .select(['id', 'version', 'nominated_at'])
    .where('state', 'in', ['nominated', 'reviewed'])
    .where('told_at', 'is', null)
    .where('nominated_at', '<=', before)
    .orderBy('nominated_at')
    .limit(limit)
    .execute()
  return found.map((row) => ({ id: row.id as CommendationId, version: row.version, at: row.nominated_at }))
}

/** How many wait for somebody else than this person: to check, and to decide. */
export async function countWaiting(db: Reader, me: StaffId): Promise<{ toCheck: number; toDecide: number }> {
  const { rows: found } = await sql<{ toCheck: number; toDecide: number }>`
    select count(*) filter (where state = 'nominated')::integer as "toCheck",
      count(*) filter (where state = 'reviewed' and checked_by <> ${me})::integer as "toDecide"
    from commendations where state in ('nominated', 'reviewed') and staff_id <> ${me} and nominated_by is distinct from ${me}`.execute(
    db,
  )
  return found[0] ?? { toCheck: 0, toDecide: 0 }
}

/** Whether there is nobody of personnel but this one. */
export const isSolePersonnel = async (db: Reader, staffId: StaffId): Promise<boolean> => {
  const { rows: found } = await sql`
    select from staff where active and 'hr' = any(standing_roles) and id <> ${staffId} limit 1`.execute(db)
  return found.length === 0
}
