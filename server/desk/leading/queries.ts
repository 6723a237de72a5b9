import { sql } from 'kysely'
import type { AlarmId } from '../../kernel/ids.ts'
import type { Unled } from '../../roster/leading/queries.ts'
import type { Tx } from '../../schema.ts'

/** Keeps what is new of these and forgets what is not among them any more; how many came and went. */
export async function storeUnled(tx: Tx, found: readonly Unled[]): Promise<{ came: number; went: number }> {
  const nights = sql`select * from unnest(${found.map(({ night }) => night)}::date[], ${found.map(({ code }) => code)}::text[]) as f (night, code)`
  const came = await sql`
    insert into unled_nights (night, code, since) select f.night, f.code, ${tx.now} from (${nights}) f
    on conflict do nothing returning night`.execute(tx.db)
  const went = await sql`
    delete from unled_nights u where not exists (select from (${nights}) f where f.night = u.night and f.code = u.code) returning u.night`.execute(
    tx.db,
  )
  return { came: came.rows.length, went: went.rows.length }
}

/** Of these nights those for which nothing has rung yet, marked as rung. */
export async function takeUnrung(tx: Tx, nights: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ night: string }>`
    update unled_nights set rung = true where not rung and night = any(${[...nights]}::date[]) returning night::text as night`.execute(
    tx.db,
  )
  return [...new Set(rows.map(({ night }) => night))].sort()
}

/** Alarms that still ring for nights that are not among these. */
export async function ringingBeside(tx: Tx, nights: readonly string[]): Promise<AlarmId[]> {
  const { rows } = await sql<{ id: AlarmId }>`
    select id from alarms where kind = 'night_unled' and settled_at is null and subject <> all(${[...nights]}::text[]) order by id`.execute(
    tx.db,
  )
  return rows.map(({ id }) => id)
}
