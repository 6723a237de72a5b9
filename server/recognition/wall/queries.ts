import { sql } from 'kysely'
import type { CommendationId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import type { Reader, Tx } from '../../schema.ts'

export type OnWall = {
  readonly id: CommendationId
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly department: Bilingual
  readonly citation: string
  readonly reward: string
  readonly source: 'colleague' | 'customers' | 'appraisal'
  readonly at: Date
}

/** What was granted and may be seen, the newest first, from the one `before` on: nobody stands here against their wish, nor after they have left. */
export async function listWall(
  db: Reader,
  { before, limit }: { before: CommendationId | null; limit: number },
): Promise<OnWall[]> {
  const { rows } = await sql<OnWall>`
    select c.id, c.staff_id as "staffId", p.name, p.name_en as "nameEn", d.name as department, c.decision as citation, c.reward, c.source,
      c.decided_at as at
    from commendations c join staff p on p.id = c.staff_id join departments d on d.id = p.department_id
    left join wall_choices w on w.staff_id = c.staff_id
    where c.state in ('granted', 'executed') and c.hidden_at is null and p.active and coalesce(w.on_wall, true)
      and (${before}::bigint is null or (c.decided_at, c.id) < (select y.decided_at, y.id from commendations y where y.id = ${before}::bigint))
    order by c.decided_at desc, c.id desc limit ${limit}`.execute(db)
  return rows
}

/** Whether somebody lets what was granted to them be seen; until they say otherwise they do. */
export async function isOnWall(db: Reader, staffId: StaffId): Promise<boolean> {
  const row = await db.selectFrom('wall_choices').select('on_wall').where('staff_id', '=', staffId).executeTakeFirst()
  return row?.on_wall ?? true
}

export const storeChoice = (tx: Tx, staffId: StaffId, onWall: boolean) =>
  tx.db
    .insertInto('wall_choices')
    .values({ staff_id: staffId, on_wall: onWall, chosen_at: tx.now })
    .onConflict((conflict) => conflict.column('staff_id').doUpdateSet({ on_wall: onWall, chosen_at: tx.now }))
    .execute()
