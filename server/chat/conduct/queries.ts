import { sql } from 'kysely'
import { type Measure, type MeasureJson, measureFrom, measureOn } from '../../customers/abuse/measures/queries.ts'
import type { AbuseCaseId, TicketId, VisitorId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

type Pressed = { open: boolean; lastAt: Date | null }

/** Of whoever is limited by a case, and of this visitor: whether a request is open, and their last word since an instant. */
export async function pressedOf(
  db: Reader,
  { caseId, visitorId, since }: { caseId: AbuseCaseId; visitorId: VisitorId; since: Date },
): Promise<Pressed> {
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

/**
 * When somebody new in the range of a case last asked since an instant: they take turns. What others of it have open is
 * nobody's business, and one visitor has one open request anyway.
 */
export async function networkPressed(
  db: Reader,
  { caseId, since }: { caseId: AbuseCaseId; since: Date },
): Promise<Pressed> {
  const { rows } = await sql<{ last_at: Date | null }>`
    select max(t.created_at) as last_at
    from abuse_cases c join visitors v on v.range_hash = c.range_hash and v.customer_id <> c.customer_id
      join tickets t on t.visitor_id = v.id and t.created_at > ${since}
    where c.id = ${caseId} and not exists (
      select from tickets o where o.customer_id = v.customer_id and o.created_at <= c.opened_at)`.execute(db)
  return { open: false, lastAt: rows[0]?.last_at ?? null }
}

/** What is in force on the customer of this ticket, or on the network that it was asked from. */
export async function standingOf(db: Reader, id: TicketId, now: Date): Promise<Measure | undefined> {
  const here = { customer: sql`t.customer_id`, visitor: sql`t.visitor_id`, begun: sql`t.created_at` }
  const { rows } = await sql<{ measure: MeasureJson | null }>`
    select ${measureOn(here, null, now)} as measure from tickets t where t.id = ${id}`.execute(db)
  return measureFrom(rows[0]?.measure)
}
