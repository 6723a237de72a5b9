import type { StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { MonthState } from './rules.ts'

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
