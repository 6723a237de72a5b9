import { sql } from 'kysely'
import type { TicketId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/** Not written more often than this: chat polls every few seconds, and whether somebody left is asked in minutes. */
const WITHIN_SECONDS = 20

/** The customers of these requests are there now. */
export async function noteVisits(db: Reader, ids: readonly TicketId[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await sql`
    insert into customer_visits as v (ticket_id, seen_at)
    select t.id, ${now}::timestamptz from tickets t where t.id = any(${[...ids]}::bigint[])
      and not exists (select from customer_visits before where before.ticket_id = t.id
        and before.seen_at >= ${now}::timestamptz - make_interval(secs => ${WITHIN_SECONDS}))
    order by t.id
    on conflict (ticket_id) do update set seen_at = excluded.seen_at
    where v.seen_at < excluded.seen_at`.execute(db)
}

/** A page with all words up to this one was opened by a person. */
export async function noteShown(db: Reader, id: TicketId, seq: number, now: Date): Promise<void> {
  await sql`
    insert into customer_visits as v (ticket_id, seen_at, shown_seq) values (${id}, ${now}, ${seq})
    on conflict (ticket_id) do update set
      seen_at = greatest(v.seen_at, excluded.seen_at), shown_seq = greatest(v.shown_seq, excluded.shown_seq)`.execute(
    db,
  )
}
