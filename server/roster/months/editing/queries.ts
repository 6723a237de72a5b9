import { sql } from 'kysely'
import type { StaffId } from '../../../kernel/ids.ts'
import type { Reader, Tx } from '../../../schema.ts'
import type { StoredCell } from '../tables.ts'

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
