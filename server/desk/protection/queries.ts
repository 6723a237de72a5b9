import type { TicketId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/** Those of these numbers that are messages of this conversation, in order. */
export async function seqsOf(db: Reader, ticketId: TicketId, seqs: readonly number[]): Promise<number[]> {
  if (seqs.length === 0) return []
  const rows = await db
    .selectFrom('messages')
    .select('seq')
    .where('ticket_id', '=', ticketId)
    .where('seq', 'in', [...seqs])
    .orderBy('seq')
    .execute()
  return rows.map(({ seq }) => seq)
}

/** Offered as evidence, one by one; more than that is the whole conversation. */
export const CHOSEN = 12

export type LastWord = { seq: number; body: string; at: Date }

/** The last words of the customer, the oldest of them first: what is chosen as evidence. */
export async function lastWordsOf(db: Reader, ticketId: TicketId, limit: number): Promise<LastWord[]> {
  const rows = await db
    .selectFrom('messages')
    .select(['seq', 'body', 'at'])
    .where('ticket_id', '=', ticketId)
    .where('author', '=', 'customer')
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return rows.toReversed()
}
