import type { TicketId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import type { Reader } from '../../schema.ts'
import type { TicketState } from '../rules.ts'
import { literally, type Wanted } from './rules.ts'

export type Found = {
  ticketId: TicketId
  number: string
  subject: string
  state: TicketState
  customerName: string
  category: Bilingual | null
  at: Date
}

/** Tickets by number, by the digits of a phone, by part of a name or an e-mail address; newest first. */
export async function searchTickets(db: Reader, wanted: Wanted, limit: number): Promise<Found[]> {
  const like = `%${literally(wanted.name)}%`
  const rows = await db
    .selectFrom('tickets as t')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .leftJoin('categories as k', 'k.id', 't.category_id')
    .select([
      't.id',
      't.number',
      't.subject',
      't.state',
      'c.name as customer',
      'k.name as category',
      't.last_message_at',
    ])
    .where((where) =>
      where.or([
        ...(wanted.number ? [where('t.number', '=', wanted.number)] : []),
        where('c.name', 'ilike', like),
        where.exists(
          where
            .selectFrom('contacts as x')
            .select('x.id')
            .whereRef('x.customer_id', '=', 't.customer_id')
            .where(
              'x.value',
              'like',
              wanted.digits ? `%${wanted.digits}%` : `%${literally(wanted.name.toLowerCase())}%`,
            ),
        ),
      ]),
    )
    .orderBy('t.last_message_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ticketId: row.id as TicketId,
    number: row.number,
    subject: row.subject,
    state: row.state,
    customerName: row.customer,
    category: row.category,
    at: row.last_message_at,
  }))
}
