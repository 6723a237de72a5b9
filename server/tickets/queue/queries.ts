import { type RawBuilder, sql } from 'kysely'
import type { TicketId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/**
 * The one order of the queue, for lists, places and offers alike: complaints and what came back from a shift, then the
 * clock that runs out soonest, then who came first. `alias` is the ticket's in the statement around it; it must be queued.
 */
export const queueOrder = (alias: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(not ${alias}.head), ${alias}.queue_at, ${alias}.place_at, ${alias}.id`

/** Who stands further back is told no number: it would change nothing for them, and counting costs more the longer the queue. */
export const PLACES_COUNTED = 200

/** How many stand before this ticket in the live queue, as far as they are counted; null where it does not wait. */
export async function queuePlace(db: Reader, id: TicketId): Promise<{ place: number; ahead: number } | null> {
  const { rows } = await sql<{ ahead: string | null }>`
    select ${aheadOf(sql.ref('t'))} as ahead from tickets t where t.id = ${id} and t.state = 'queued'`.execute(db)
  const [row] = rows
  return row ? { place: Number(row.ahead) + 1, ahead: Number(row.ahead) } : null
}

/** In another statement: how many stand before the ticket `t` while it waits. */
export const aheadOf = (t: RawBuilder<unknown>): RawBuilder<string> => sql<string>`(
  select count(*) from (
    select from tickets q where q.state = 'queued' and (${queueOrder(sql.ref('q'))}) < (${queueOrder(t)})
    order by ${queueOrder(sql.ref('q'))} limit ${sql.lit(PLACES_COUNTED)}
  ) before)`
