import { sql } from 'kysely'
import type { Channel } from '../../events/tickets.ts'
import type { CategoryId, CustomerId, MessageId, TicketId, VisitorId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Tx } from '../../schema.ts'

export type NewTicket = {
  state: 'new' | 'queued'
  customerId: CustomerId
  visitorId: VisitorId | null
  channel: Channel
  language: Language
  categoryId: CategoryId | null
  subject: string
  cameFrom: string | null
  promisedAt: Date | null
  answerDueAt: Date
  /** Hash of the token of its private link. */
  link: Buffer
  question: { clientId: string; body: string }
  /** What the house says to it. */
  answer: { clientId: string; code: string; details: Record<string, string> }
}

/** The ticket with its private link, the question as message 1 and the first line of the house as message 2, in one statement. */
export async function insertTicket(
  tx: Tx,
  { question, answer, ...ticket }: NewTicket,
): Promise<{ id: TicketId; number: string; messageIds: [MessageId, MessageId] }> {
  const { rows } = await sql<{ id: string; number: string; messages: [MessageId, MessageId] }>`
    with ticket as (
      insert into tickets (state, customer_id, visitor_id, channel, language, category_id, subject, came_from, promised_at,
        place_at, created_at, last_message_at, queued_at, answer_due_at, last_seq)
      values (${ticket.state}, ${ticket.customerId}, ${ticket.visitorId}, ${ticket.channel}, ${ticket.language},
        ${ticket.categoryId}, ${ticket.subject}, ${ticket.cameFrom}, ${ticket.promisedAt}, ${tx.now}, ${tx.now}, ${tx.now},
        ${ticket.state === 'queued' ? tx.now : null}, ${ticket.answerDueAt}, 2) returning id, number
    ), link as (
      insert into request_links (token_hash, ticket_id, made_at) select ${ticket.link}, id, ${tx.now} from ticket
    ), words as (
      insert into messages (ticket_id, seq, round, author, client_id, body, code, details, at)
      select id, 1, 1, 'customer', ${question.clientId}::uuid, ${question.body}::text, null::text, null::jsonb, ${tx.now}::timestamptz
      from ticket union all
      select id, 2, 1, 'house', ${answer.clientId}, '', ${answer.code}, ${JSON.stringify(answer.details)}, ${tx.now} from ticket
      returning id, seq
    )
    select id::text, number, array(select words.id::text from words order by seq) as messages from ticket`.execute(
    tx.db,
  )
  const [row] = rows
  if (!row) throw new Error('the ticket was not written')
  return { id: row.id as TicketId, number: row.number, messageIds: row.messages }
}
