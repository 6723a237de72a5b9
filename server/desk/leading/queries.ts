import { sql } from 'kysely'
import type { AlarmKind } from '../../events/desk.ts'
import type { AlarmId } from '../../kernel/ids.ts'
import type { Unled } from '../../roster/leading/rules.ts'
import type { Tx } from '../../schema.ts'

type Code = Pick<Unled, 'code'>
const nightsOf = (some: readonly Unled[]) =>
  sql`select * from unnest(${some.map(({ night }) => night)}::date[], ${some.map(({ code }) => code)}::text[]) as f (night, code)`

/** Keeps what is new of these and forgets what is not among them any more; what came and what went. */
export async function storeUnled(tx: Tx, found: readonly Unled[]): Promise<{ came: Code[]; went: Code[] }> {
  const came = await sql<Code>`
    insert into unled_nights (night, code, since) select f.night, f.code, ${tx.now} from (${nightsOf(found)}) f
    on conflict do nothing returning code`.execute(tx.db)
  const went = await sql<Code>`
    delete from unled_nights u where not exists (select from (${nightsOf(found)}) f where f.night = u.night and f.code = u.code) returning u.code`.execute(
    tx.db,
  )
  return { came: came.rows, went: went.rows }
}

/** Of these nights those for which nothing has rung yet for the same reason, marked as rung. */
export async function takeUnrung(tx: Tx, near: readonly Unled[]): Promise<string[]> {
  const { rows } = await sql<{ night: string }>`
    update unled_nights u set rung = true from (${nightsOf(near)}) f
    where not u.rung and u.night = f.night and u.code = f.code returning u.night::text as night`.execute(tx.db)
  return [...new Set(rows.map(({ night }) => night))].sort()
}

/** Alarms of this kind that still ring for nights that are not among these. */
export async function ringingBeside(tx: Tx, kind: AlarmKind, near: readonly Unled[]): Promise<AlarmId[]> {
  const { rows } = await sql<{ id: AlarmId }>`
    select id from alarms where kind = ${kind} and settled_at is null
      and subject <> all(${near.map(({ night }) => night)}::text[]) order by id`.execute(tx.db)
  return rows.map(({ id }) => id)
}
