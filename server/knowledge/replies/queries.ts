import { sql } from 'kysely'
import type { CannedId, CategoryId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Canned } from './rules.ts'

export type CannedRow = Canned & {
  readonly id: CannedId
  readonly draft: number
  readonly savedAt: Date
  readonly savedBy: { readonly name: string; readonly nameEn: string } | null
  readonly category: Bilingual | null
}

const rows = (db: Reader) =>
  db
    .selectFrom('canned_replies as r')
    .leftJoin('categories as c', 'c.id', 'r.category_id')
    .leftJoin('staff as s', 's.id', 'r.saved_by')
    .selectAll('r')
    .select(['c.name as category', 's.name as saver', 's.name_en as saver_en'])
    .where('r.active', '=', true)

const cannedOf = (row: Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]): CannedRow => ({
  id: row.id as CannedId,
  shortcut: row.shortcut,
  kind: row.kind,
  title: row.title,
  body: row.body,
  categoryId: row.category_id as CategoryId | null,
  ownerId: row.owner_id as StaffId | null,
  draft: row.draft,
  savedAt: row.saved_at,
  savedBy: row.saver ? { name: row.saver, nameEn: row.saver_en ?? '' } : null,
  category: row.category,
})

/** What this person may put into a conversation: the team's and their own, by shortcut. */
export async function listCanned(db: Reader, staffId: StaffId): Promise<CannedRow[]> {
  const found = await rows(db)
    .where(({ or, eb }) => or([eb('r.owner_id', 'is', null), eb('r.owner_id', '=', staffId)]))
    .orderBy(sql`lower(r.shortcut)`)
    .orderBy('r.id')
    .execute()
  return found.map(cannedOf)
}

/** One of the team or of this person. @throws NotFound also for another person's */
export async function cannedWith(db: Reader, id: CannedId, staffId: StaffId): Promise<CannedRow> {
  const row = await rows(db).where('r.id', '=', id).executeTakeFirst()
  const found = row && cannedOf(row)
  if (!found || (found.ownerId !== null && found.ownerId !== staffId)) throw new NotFound()
  return found
}

/** The row, locked. @throws NotFound */
export async function lockCanned(tx: Tx, id: CannedId, staffId: StaffId): Promise<CannedRow> {
  await tx.db.selectFrom('canned_replies').select('id').where('id', '=', id).forUpdate().execute()
  return cannedWith(tx.db, id, staffId)
}

/** Whether another one of the same owner has this shortcut, in any case of its letters. */
export async function isShortcutTaken(
  db: Reader,
  { shortcut, ownerId }: Pick<Canned, 'shortcut' | 'ownerId'>,
  but: CannedId | null,
): Promise<boolean> {
  const { rows: found } = await sql<{ taken: boolean }>`
    select exists (select from canned_replies where active and coalesce(owner_id, 0) = coalesce(${ownerId}::bigint, 0)
      and lower(shortcut) = lower(${shortcut}) and id <> coalesce(${but}::bigint, 0)) as taken`.execute(db)
  return found[0]?.taken === true
}

const columns = ({ shortcut, kind, title, body, categoryId, ownerId }: Canned, tx: Tx, by: StaffId) => ({
  shortcut,
  kind,
  title: JSON.stringify(title),
  body: JSON.stringify(body),
  category_id: categoryId,
  owner_id: ownerId,
  saved_at: tx.now,
  saved_by: by,
})

/** Undefined where another one has taken the shortcut at this very moment. */
export async function insertCanned(tx: Tx, reply: Canned, by: StaffId): Promise<CannedId | undefined> {
  const row = await tx.db
    .insertInto('canned_replies')
    .values(columns(reply, tx, by))
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as CannedId | undefined
}

export const setCanned = (tx: Tx, { id, draft }: CannedRow, reply: Canned, by: StaffId) =>
  tx.db
    .updateTable('canned_replies')
    .set({ ...columns(reply, tx, by), draft: draft + 1 })
    .where('id', '=', id)
    .execute()

export const setRemoved = (tx: Tx, id: CannedId, by: StaffId) =>
  tx.db
    .updateTable('canned_replies')
    .set({ active: false, saved_at: tx.now, saved_by: by })
    .where('id', '=', id)
    .execute()
