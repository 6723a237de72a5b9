import { type Kysely, sql, type Transaction } from 'kysely'
import type { HouseEvent } from '../events/event.ts'
import { BEGINNING, linkHash } from './chain.ts'
import { rowOf } from './touched.ts'

/** What one pass of the relay takes at the most. */
export const BATCH = 500
/** Any constant of our own: one relay at a time in one database, and a frozen one loses the lock with its transaction. */
export const RELAY_LOCK = 4_201_001

export async function forget<DB>(db: Kysely<DB>, events: readonly { readonly id: string }[]): Promise<void> {
  if (events.length === 0) return
  await sql`delete from outbox where event_id = any(${events.map(({ id }) => rowOf(id))}::bigint[])`.execute(db)
}

/** What stays is in the chain already. */
export async function keep<DB>(db: Kysely<DB>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`update outbox set chained = true where event_id = any(${ids}::bigint[]) and not chained`.execute(db)
}

type Claimed = HouseEvent & { readonly row: { at: string; actor: string; payload: string; chained: boolean } }

export async function claimBatch<DB>(trx: Transaction<DB>): Promise<Claimed[]> {
  const lock = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${RELAY_LOCK}) as mine`.execute(trx)
  if (!lock.rows[0]?.mine) return []
  const { rows } = await sql<{ id: string; name: string; about: string[] } & Claimed['row']>`
    select e.id, extract(epoch from e.at)::text as at, e.name, e.actor, e.payload::text as payload, o.about, o.chained
    from outbox o join events e on e.id = o.event_id order by o.event_id limit ${BATCH}`.execute(trx)
  return rows.map(
    ({ id, at, name, actor, payload, about, chained }) =>
      ({ id, name, payload: JSON.parse(payload), about, row: { at, actor, payload, chained } }) as Claimed,
  )
}

/** Seals what was told (chain.ts), in the order in which it was told. */
export async function chain<DB>(trx: Transaction<DB>, events: readonly Claimed[]): Promise<void> {
  const { rows } = await sql<{
    n: string
    hash: Buffer
  }>`select n, hash from event_chain order by n desc limit 1`.execute(trx)
  let n = BigInt(rows[0]?.n ?? 0)
  let previous: Buffer = rows[0]?.hash ?? BEGINNING
  const links = events.map(({ id, name, row }) => {
    previous = linkHash(previous, { id, name, ...row })
    n += 1n
    return { n: n.toString(), id, hash: previous.toString('hex') }
  })
  await sql`
    insert into event_chain (n, event_id, hash)
    select n, id, decode(hash, 'hex') from unnest(
      ${links.map((link) => link.n)}::bigint[], ${links.map((link) => link.id)}::bigint[], ${links.map((link) => link.hash)}::text[]
    ) as link (n, id, hash)`.execute(trx)
}
