import { sql } from 'kysely'
import type { AbuseCaseId, TicketId, VisitorId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/** Of whoever is limited by a case, and of this visitor: whether a request is open, and their last word since an instant. */
export async function pressedOf(
  db: Reader,
  { caseId, visitorId, since }: { caseId: AbuseCaseId; visitorId: VisitorId; since: Date },
): Promise<{ open: boolean; lastAt: Date | null }> {
  const { rows } = await sql<{ open: boolean; last_at: Date | null }>`
    with theirs as (
      select id, state from tickets where customer_id in (
        select customer_id from abuse_cases where id = ${caseId} union select customer_id from visitors where id = ${visitorId})
    )
    select exists (select from theirs where state in ('new', 'queued', 'open')) as open,
      (select max(m.at) from theirs t join messages m on m.ticket_id = t.id and m.author = 'customer' and m.at > ${since}) as last_at`.execute(
    db,
  )
  return { open: rows[0]?.open ?? false, lastAt: rows[0]?.last_at ?? null }
}

/** Until when nothing is taken from the customer of this ticket, if so. */
export async function bannedUntil(db: Reader, id: TicketId, now: Date): Promise<Date | undefined> {
  const { rows } = await sql<{ until: Date }>`
    select m.until from tickets t, abuse_measure(t.customer_id, null, null, ${now}::timestamptz) m
    where t.id = ${id} and m.state = 'banned'`.execute(db)
  return rows[0]?.until
}
