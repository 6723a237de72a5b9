import { sql } from 'kysely'
import type { CustomerId } from '../../../kernel/ids.ts'
import type { Reader, Tx } from '../../../schema.ts'

/** No token fits any more: a hash of nothing stands where theirs stood. */
export async function shutVisitors(tx: Tx, customerId: CustomerId): Promise<void> {
  await sql`
    update visitors set token_hash = sha256(uuid_send(gen_random_uuid())), expires_at = ${tx.now}
    where customer_id = ${customerId}`.execute(tx.db)
}

/** Stands where a browser has been forgotten already: no token runs out in 1970. */
const FORGOTTEN = sql`to_timestamp(0)`
const RAN_OUT = (before: Date) => sql`v.expires_at < ${before} and v.expires_at > ${FORGOTTEN}`

export async function countVisitorsOver(db: Reader, before: Date): Promise<number> {
  const { rows } = await sql<{
    count: string
  }>`select count(*) as count from visitors v where ${RAN_OUT(before)}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

export async function listVisitorsOver(db: Reader, before: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select v.id from visitors v where ${RAN_OUT(before)} order by v.expires_at, v.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** The row stays where something names it; whose browser it was is forgotten. */
export async function forgetVisitors(tx: Tx, ids: readonly string[], before: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update visitors v set token_hash = sha256(uuid_send(gen_random_uuid())), terms_version = null, terms_accepted_at = null,
      range_hash = null, range_at = null, urgent_at = null, expires_at = ${FORGOTTEN}
    where v.id = any(${[...ids]}::bigint[]) and ${RAN_OUT(before)}`.execute(tx.db)
  return Number(numAffectedRows ?? 0)
}

export const isRunDone = async (db: Reader, day: string): Promise<boolean> =>
  (await db.selectFrom('retention_runs').select('day').where('day', '=', day).executeTakeFirst()) !== undefined

/** False where another has written it down before. */
export async function storeRun(tx: Tx, day: string, counts: Readonly<Record<string, number>>): Promise<boolean> {
  const row = await tx.db
    .insertInto('retention_runs')
    .values({ day, at: tx.now, counts: JSON.stringify(counts) })
    .onConflict((conflict) => conflict.column('day').doNothing())
    .returning('day')
    .executeTakeFirst()
  return row !== undefined
}

export async function lastRun(
  db: Reader,
): Promise<{ day: string; at: Date; counts: Record<string, number> } | undefined> {
  const row = await db.selectFrom('retention_runs').selectAll().orderBy('day', 'desc').limit(1).executeTakeFirst()
  return row && { day: row.day, at: row.at, counts: row.counts }
}
