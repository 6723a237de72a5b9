import { sql } from 'kysely'
import { plus } from '../../kernel/time.ts'
import type { Due } from '../../platform/ticker.ts'
import type { ShiftView } from '../../roster/queries.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Told = 'arrive' | 'late'

/** Shifts that began in a stretch of time, whose person has not come and of whom that was not said. */
export async function listUntold(
  db: Reader,
  what: Told,
  { after, upto }: { after: Date; upto: Date },
  limit: number,
): Promise<Due[]> {
  const { rows } = await sql<{ id: string }>`
    select s.id::text from shifts s
    where s.starts_at > ${after} and s.starts_at <= ${upto}
      and not exists (select from attendances a where a.shift_id = s.id)
      and not exists (select from arrival_tellings t where t.shift_id = s.id and t.staff_id = s.staff_id and t.what = ${what})
    order by s.starts_at, s.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => ({ id, version: 1 }))
}

/** False where it was said before. */
export async function insertTold(tx: Tx, { id, staffId }: ShiftView, what: Told): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.db
    .insertInto('arrival_tellings')
    .values({ shift_id: id, staff_id: staffId, what, at: tx.now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Whether anybody is late at this instant and not yet missing; and whether anybody is missing. */
export async function whoIsAwaited(
  db: Reader,
  now: Date,
  graceMilliseconds: number,
): Promise<{ late: boolean; missing: boolean }> {
  const { rows } = await sql<{ late: boolean; missing: boolean }>`
    select
      exists (select from shifts s where s.starts_at <= ${now} and s.starts_at > ${plus(now, -graceMilliseconds)}
        and not exists (select from attendances a where a.shift_id = s.id)) as late,
      exists (select from absences where came_at is null and absent_at is null) as missing`.execute(db)
  return rows[0] ?? { late: false, missing: false }
}

export const insertWrongCode = (tx: Tx, staffId: string) =>
  tx.db.insertInto('wrong_codes').values({ staff_id: staffId, at: tx.now }).execute()

export async function countWrongCodes(db: Reader, staffId: string, since: Date): Promise<number> {
  const { count } = await db
    .selectFrom('wrong_codes')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('staff_id', '=', staffId)
    .where('at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}
