import { type RawBuilder, sql } from 'kysely'
import type { TicketId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/**
 * Since when the customer of the ticket `t` waits for what they asked in this round: their first word of it. No pause
 * of our clocks stops that wait, whoever has the ticket.
 */
export const askedAt = (t: RawBuilder<unknown>): RawBuilder<Date> => sql<Date>`coalesce((
  select min(w.at) from messages w where w.ticket_id = ${t}.id and w.round = ${t}.round and w.author = 'customer'
), ${t}.queued_at, ${t}.created_at)`

/** Whether a department or a post has the ticket `t` now: our clocks stand still. */
export const isWithOthers = (t: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`exists (select from ticket_pauses o where o.ticket_id = ${t}.id and o.to_at is null)`

/** Since when the customer waits while others have their ticket; undefined where nobody else has it. */
export async function waitWithOthers(db: Reader, id: TicketId): Promise<Date | undefined> {
  const t = sql.ref('t')
  const { rows } = await sql<{ since: Date }>`
    select ${askedAt(t)} as since from tickets t where t.id = ${id} and ${isWithOthers(t)}`.execute(db)
  return rows[0]?.since
}

/** Who spoke last, the house apart: on a ticket that goes on, the other side is to speak. */
export async function waitingOn(db: Reader, id: TicketId): Promise<'us' | 'customer'> {
  const row = await db
    .selectFrom('messages')
    .select('author')
    .where('ticket_id', '=', id)
    .where('author', '<>', 'house')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined || row.author === 'customer' ? 'us' : 'customer'
}
