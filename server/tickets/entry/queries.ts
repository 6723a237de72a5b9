import { sql } from 'kysely'
import type { StaffId, TicketId } from '../../kernel/ids.ts'
import { DAY, plus } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'

export type Entered = { readonly ticketId: TicketId; readonly question: string }

/** What this colleague has already written down under this id; two at once come one after the other. */
export async function findEntered(tx: Tx, staffId: StaffId, clientId: string): Promise<Entered | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${clientId}, 0))`.execute(tx.db)
  const row = await tx.db
    .selectFrom('assignments as a')
    .innerJoin('messages as m', (join) => join.onRef('m.ticket_id', '=', 'a.ticket_id').on('m.seq', '=', 1))
    .select(['m.ticket_id', 'm.body'])
    .where('a.staff_id', '=', staffId)
    .where('a.opened_at', '>', plus(tx.now, -DAY))
    .where('m.client_id', '=', clientId)
    .executeTakeFirst()
  return row && { ticketId: row.ticket_id as TicketId, question: row.body }
}
