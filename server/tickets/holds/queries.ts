import type { TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

/** Other features hold a ticket: it cannot be resolved while `(kind, ref)` stands. Twice is once. */
export async function setHold(tx: Tx, ticketId: TicketId, kind: string, ref: string): Promise<void> {
  await tx.db
    .insertInto('ticket_holds')
    .values({ ticket_id: ticketId, kind, ref, set_at: tx.now })
    .onConflict((conflict) => conflict.columns(['ticket_id', 'kind', 'ref']).doNothing())
    .execute()
}

export async function liftHold(tx: Tx, ticketId: TicketId, kind: string, ref: string): Promise<void> {
  await tx.db
    .deleteFrom('ticket_holds')
    .where('ticket_id', '=', ticketId)
    .where('kind', '=', kind)
    .where('ref', '=', ref)
    .execute()
}

export const listHolds = (db: Reader, ticketId: TicketId) =>
  db.selectFrom('ticket_holds').select(['kind', 'ref']).where('ticket_id', '=', ticketId).orderBy('set_at').execute()
