import { sql } from 'kysely'
import type { TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

/** Resolved tickets whose silence is over, oldest first. */
export async function listClosing(db: Reader, now: Date, limit: number): Promise<{ id: TicketId; version: number }[]> {
  const rows = await db
    .selectFrom('tickets')
    .select(['id', 'version'])
    .where('state', '=', 'resolved')
    .where('closes_at', '<=', now)
    .orderBy('closes_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as TicketId, version: row.version }))
}

export async function isRated(db: Reader, ticketId: TicketId, round: number): Promise<boolean> {
  const row = await db
    .selectFrom('ratings')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('round', '=', round)
    .where('state', '=', 'given')
    .executeTakeFirst()
  return row !== undefined
}

/** One person, in the first round, without anybody else's help (REGULATION row 36). */
export async function isFirstContact(db: Reader, id: TicketId): Promise<boolean> {
  const { rows } = await sql<{ first: boolean }>`
    select t.round = 1
      and (select count(distinct a.staff_id) from assignments a where a.ticket_id = t.id) = 1
      and not exists (select from ticket_pauses p where p.ticket_id = t.id) as first
    from tickets t where t.id = ${id}`.execute(db)
  return rows[0]?.first ?? false
}

export const storeFirstContact = (tx: Tx, id: TicketId, firstContact: boolean) =>
  tx.db.updateTable('tickets').set({ first_contact: firstContact, confirmed_at: null }).where('id', '=', id).execute()

export const isConfirmed = async (db: Reader, id: TicketId): Promise<boolean> =>
  (await db.selectFrom('tickets').select('confirmed_at').where('id', '=', id).executeTakeFirst())?.confirmed_at != null

/** False where the customer had said so before. */
export async function storeConfirmed(tx: Tx, id: TicketId): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('tickets')
    .set({ confirmed_at: tx.now })
    .where('id', '=', id)
    .where('confirmed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
