import { sql } from 'kysely'
import type { StaffId } from '../../../kernel/ids.ts'
import type { Reader, Tx } from '../../../schema.ts'
import type { Cell } from '../../facts.ts'
import type { StoredCell } from '../tables.ts'

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
