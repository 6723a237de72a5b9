import { sql } from 'kysely'
import type { Channel } from '../../../events/tickets.ts'
import type { OfferId, StaffId, TicketId } from '../../../kernel/ids.ts'
import type { Bilingual, Language } from '../../../kernel/language.ts'
import type { Reader } from '../../../schema.ts'

export type OpenOffer = {
  id: OfferId
  ticketId: TicketId
  expiresAt: Date
  seconds: number
  customerName: string
  category: Bilingual | null
  channel: Channel
  language: Language
  question: string
  complained: boolean
  since: Date
  visits: number
}

/** The offer on this person's screen. */
export async function openOfferOf(db: Reader, staffId: StaffId, now: Date): Promise<OpenOffer | null> {
  const { rows } = await sql<{
    id: string
    ticket_id: string
    expires_at: Date
    made_at: Date
    customer: string
    category: Bilingual | null
    channel: Channel
    language: Language
    question: string
    complained: boolean
    since: Date
    visits: string
  }>`
    select o.id, o.ticket_id, o.expires_at, o.made_at, c.name as customer, k.name as category, t.channel, t.language,
      t.complained_at is not null as complained, coalesce(t.queued_at, t.created_at) as since,
      (select left(m.body, 300) from messages m where m.ticket_id = t.id and m.author = 'customer' order by m.seq desc limit 1) as question,
      (select count(*) from tickets e where e.customer_id = t.customer_id) as visits
    from offers o join tickets t on t.id = o.ticket_id join customers c on c.id = t.customer_id
    left join categories k on k.id = t.category_id
    where o.staff_id = ${staffId} and o.state = 'made' and o.expires_at > ${now}`.execute(db)
  const [row] = rows
  return row
    ? {
        id: row.id as OfferId,
        ticketId: row.ticket_id as TicketId,
        expiresAt: row.expires_at,
        seconds: (row.expires_at.getTime() - row.made_at.getTime()) / 1000,
        customerName: row.customer,
        category: row.category,
        channel: row.channel,
        language: row.language,
        question: row.question,
        complained: row.complained,
        since: row.since,
        visits: Number(row.visits),
      }
    : null
}

/** How this person's last offer ended, where that was a moment ago and they have no other; what the card says when it goes. */
export async function endedOfferOf(
  db: Reader,
  staffId: StaffId,
  since: Date,
): Promise<{ ticketId: TicketId; state: 'taken' | 'expired' | 'withdrawn' } | null> {
  const row = await db
    .selectFrom('offers')
    .select(['ticket_id', 'state', 'ended_at'])
    .where('staff_id', '=', staffId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row?.ended_at || row.ended_at < since || row.state === 'made' || row.state === 'passed') return null
  return { ticketId: row.ticket_id as TicketId, state: row.state }
}
