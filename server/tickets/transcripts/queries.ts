import type { TicketId, TranscriptId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

export async function lastTranscript(db: Reader, ticketId: TicketId): Promise<Date | undefined> {
  const row = await db
    .selectFrom('transcripts')
    .select('asked_at')
    .where('ticket_id', '=', ticketId)
    .orderBy('asked_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.asked_at
}

export async function insertTranscript(tx: Tx, ticketId: TicketId, by: 'customer' | 'staff'): Promise<TranscriptId> {
  const { id } = await tx.db
    .insertInto('transcripts')
    .values({ ticket_id: ticketId, asked_at: tx.now, asked_by: by })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as TranscriptId
}
