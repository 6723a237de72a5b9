import { sql } from 'kysely'
import type { StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Cell, Finding } from '../facts.ts'
import type { MonthState, VersionWhy } from './rules.ts'
import type { StoredCell } from './tables.ts'

export type Month = {
  readonly month: string
  readonly state: MonthState
  readonly version: number
  readonly publishedAt: Date | null
  readonly publishedBy: StaffId | null
  /** The version that HR's open changes began from; null where the plan says what is published. */
  readonly draftFrom: number | null
}
type Row = {
  month: string
  state: MonthState
  version: number
  published_at: Date | null
  published_by: string | null
  draft_from: number | null
}
const monthOf = (row: Row): Month => ({
  month: row.month,
  state: row.state,
  version: row.version,
  publishedAt: row.published_at,
  publishedBy: row.published_by as StaffId | null,
  draftFrom: row.draft_from,
})

export async function findMonth(db: Reader, month: string): Promise<Month | undefined> {
  const row = await db.selectFrom('roster_months').selectAll().where('month', '=', month).executeTakeFirst()
  return row && monthOf(row)
}

/** Locked, so that of two who edit or publish one comes after the other. @throws NotFound */
export async function lockMonth(tx: Tx, month: string): Promise<Month> {
  const row = await tx.db
    .selectFrom('roster_months')
    .selectAll()
    .where('month', '=', month)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return monthOf(row)
}

/** False where it was open already. */
export async function insertMonth(tx: Tx, month: string, by: StaffId | null): Promise<boolean> {
  const row = await tx.db
    .insertInto('roster_months')
    .values({ month, state: 'draft', opened_by: by, opened_at: tx.now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('month')
    .executeTakeFirst()
  return row !== undefined
}

export const setMonth = (tx: Tx, month: string, to: { state: MonthState; version?: number; by?: StaffId | null }) =>
  tx.db
    .updateTable('roster_months')
    .set({
      state: to.state,
      ...(to.version === undefined ? {} : { version: to.version }),
      ...(to.by === undefined ? {} : { published_by: to.by, published_at: tx.now }),
    })
    .where('month', '=', month)
    .execute()

export const setDraftFrom = (tx: Tx, month: string, version: number | null) =>
  tx.db.updateTable('roster_months').set({ draft_from: version }).where('month', '=', month).execute()

export type PlanCell = Cell & { readonly why: object | null }

/** The plan of a month, by night; what the last version says once it is published. */
export async function listCells(db: Reader, month: string): Promise<PlanCell[]> {
  const rows = await db
    .selectFrom('roster_cells')
    .select(['night', 'post', 'staff_id', 'backup', 'locked', 'why'])
    .where('month', '=', month)
    .orderBy('night')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    night: row.night,
    post: row.post,
    staffId: row.staff_id as StaffId,
    backup: row.backup,
    locked: row.locked,
    why: row.why,
  }))
}

export const plain = ({ night, post, staffId, backup, locked }: StoredCell): StoredCell => ({
  night,
  post,
  staffId,
  backup,
  locked,
})

/** Takes cells out of the plan and puts others in; `why` where the generator has chosen them. */
export async function replaceCells(
  tx: Tx,
  month: string,
  gone: readonly Pick<StoredCell, 'night' | 'staffId'>[],
  come: readonly (StoredCell & { readonly why?: object | null })[],
): Promise<void> {
  if (gone.length > 0)
    await sql`
      delete from roster_cells c using unnest(${gone.map(({ night }) => night)}::date[], ${gone.map(({ staffId }) => staffId)}::bigint[]) as g (night, staff_id)
      where c.night = g.night and c.staff_id = g.staff_id`.execute(tx.db)
  if (come.length > 0)
    await tx.db
      .insertInto('roster_cells')
      .values(
        come.map(({ night, post, staffId, backup, locked, why }) => ({
          month,
          night,
          post,
          staff_id: staffId,
          backup,
          locked,
          why: why ? JSON.stringify(why) : null,
        })),
      )
      .execute()
}

/** What stands in these cells of two dimensions, person and night. */
export async function cellsAt(db: Reader, at: readonly { night: string; staffId: StaffId }[]): Promise<StoredCell[]> {
  const { rows } = await sql<StoredCell>`
    select c.night::text as night, c.post, c.staff_id::text as "staffId", c.backup, c.locked
    from unnest(${at.map(({ night }) => night)}::date[], ${at.map(({ staffId }) => staffId)}::bigint[]) as g (night, staff_id)
    join roster_cells c on c.night = g.night and c.staff_id = g.staff_id`.execute(db)
  return rows
}

export const noteEdit = (tx: Tx, edit: { month: string; by: StaffId; before: StoredCell[]; after: StoredCell[] }) =>
  tx.db
    .insertInto('roster_edits')
    .values({
      version: tx.db.selectFrom('roster_months').select('version').where('month', '=', edit.month),
      month: edit.month,
      staff_id: edit.by,
      before: JSON.stringify(edit.before),
      after: JSON.stringify(edit.after),
      at: tx.now,
    })
    .execute()

/** The last edit of this person that still can be taken back, marked as taken back. */
export async function takeEdit(
  tx: Tx,
  month: string,
  by: StaffId,
): Promise<{ before: StoredCell[]; after: StoredCell[]; version: number } | undefined> {
  const { rows } = await sql<{ before: StoredCell[]; after: StoredCell[]; version: number }>`
    update roster_edits set undone_at = ${tx.now} where id = (
      select id from roster_edits where month = ${month} and staff_id = ${by} and undone_at is null order by id desc limit 1)
    returning before, after, version`.execute(tx.db)
  return rows[0]
}

/** Nothing before this can be taken back any more: the plan was made anew, or is published. */
export const forgetEdits = (tx: Tx, month: string) =>
  tx.db
    .updateTable('roster_edits')
    .set({ undone_at: tx.now })
    .where('month', '=', month)
    .where('undone_at', 'is', null)
    .execute()

export async function countEdits(db: Reader, month: string, by: StaffId): Promise<number> {
  const { count } = await db
    .selectFrom('roster_edits')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('month', '=', month)
    .where('staff_id', '=', by)
    .where('undone_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export type Version = {
  readonly version: number
  readonly at: Date
  readonly why: VersionWhy
  readonly reason: string | null
  readonly late: boolean
  readonly by: { name: string; nameEn: string } | null
  readonly leader: { name: string; nameEn: string } | null
  readonly cells: StoredCell[]
  readonly findings: Finding[]
}

export async function insertVersion(
  tx: Tx,
  row: {
    month: string
    version: number
    why: VersionWhy
    by: StaffId | null
    reason: string | null
    leaderId: StaffId | null
    late: boolean
    cells: readonly StoredCell[]
    findings: readonly Finding[]
  },
): Promise<void> {
  await tx.db
    .insertInto('roster_versions')
    .values({
      month: row.month,
      version: row.version,
      at: tx.now,
      by: row.by,
      why: row.why,
      reason: row.reason,
      leader_id: row.leaderId,
      late: row.late,
      cells: JSON.stringify(row.cells.map(plain)),
      findings: JSON.stringify(row.findings),
    })
    .execute()
}

/** Every version of a month, the newest first. */
export async function listVersions(db: Reader, month: string): Promise<Version[]> {
  const rows = await db
    .selectFrom('roster_versions as v')
    .leftJoin('staff as p', 'p.id', 'v.by')
    .leftJoin('staff as l', 'l.id', 'v.leader_id')
    .leftJoin('roster_signatures as g', (join) =>
      join.onRef('g.month', '=', 'v.month').onRef('g.version', '=', 'v.version'),
    )
    .select(['v.version', 'v.at', 'v.why', 'v.reason', 'v.late', 'v.cells', 'v.findings'])
    .select(['p.name', 'p.name_en', 'l.name as leader', 'l.name_en as leader_en', 'g.state', 'g.words'])
    .where('v.month', '=', month)
    .orderBy('v.version', 'desc')
    .execute()
  return rows.map((row) => ({
    version: row.version,
    at: row.at,
    why: row.why,
    reason: row.reason,
    late: row.late,
    by: row.name === null ? null : { name: row.name, nameEn: row.name_en ?? '' },
    leader: row.leader === null ? null : { name: row.leader, nameEn: row.leader_en ?? '' },
    said: row.state === null ? null : { state: row.state, words: row.words ?? null },
    cells: row.cells,
    findings: row.findings,
  }))
}

/** The named backup of the duty manager of a night (H1), where the month is published. */
export async function backupOf(db: Reader, night: string): Promise<StaffId | undefined> {
  const row = await db
    .selectFrom('roster_cells as c')
    .innerJoin('roster_months as m', 'm.month', 'c.month')
    .select('c.staff_id')
    .where('c.night', '=', night)
    .where('c.backup', '=', true)
    .where('m.state', 'in', ['published', 'frozen'])
    .executeTakeFirst()
  return row?.staff_id as StaffId | undefined
}

/** Whether this night is of a month that was published so late that its first nights could not be changed in time (trap a). */
export async function isLatePublished(db: Reader, night: string): Promise<boolean> {
  const row = await db
    .selectFrom('roster_versions')
    .select('late')
    .where('month', '=', night.slice(0, 7))
    .where('why', '=', 'published')
    .orderBy('version')
    .limit(1)
    .executeTakeFirst()
  return row?.late ?? false
}

/** Published months whose last night is over: they are frozen. */
export const listToFreeze = async (db: Reader, before: string): Promise<string[]> =>
  (
    await db
      .selectFrom('roster_months')
      .select('month')
      .where('state', '=', 'published')
      .where('month', '<', before)
      .execute()
  ).map(({ month }) => month)
