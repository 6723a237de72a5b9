import { sql } from 'kysely'
import type { EscalationId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { EscalationState } from '../rules.ts'

/** What one person has accepted and not answered. */
export async function listHeldBy(
  db: Reader,
  staffId: StaffId,
  which: 'all' | 'of_post',
): Promise<{ id: EscalationId }[]> {
  const rows = await db
    .selectFrom('escalations')
    .select('id')
    .where('accepted_by', '=', staffId)
    .where('state', 'in', ['accepted', 'asked_back'])
    .$if(which === 'of_post', (q) => q.where('post', 'is not', null))
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ id: row.id as EscalationId }))
}

/** Decisions that were never sent. */
export async function listDecidedOf(db: Reader, ticketId: TicketId): Promise<{ id: EscalationId }[]> {
  const rows = await db
    .selectFrom('escalations')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('state', '=', 'decided')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ id: row.id as EscalationId }))
}

export const listToldOf = async (db: Reader, ticketId: TicketId): Promise<{ id: EscalationId }[]> =>
  (
    await db
      .selectFrom('escalations')
      .select('id')
      .where('ticket_id', '=', ticketId)
      .where('state', '=', 'told')
      .orderBy('id')
      .execute()
  ).map((row) => ({ id: row.id as EscalationId }))

export type Moved = { id: EscalationId; state: EscalationState }

const movedOf = (rows: readonly { id: string; state: EscalationState }[]): Moved[] =>
  rows.map(({ id, state }) => ({ id: id as EscalationId, state }))

/** Open requests of one ticket become the other's; one that asks the same target twice stays where it was. */
export async function moveToTicket(tx: Tx, from: TicketId, into: TicketId): Promise<Moved[]> {
  const { rows } = await sql<Moved>`
    update escalations e set ticket_id = ${into}, origin_ticket_id = coalesce(e.origin_ticket_id, ${from}), version = e.version + 1
    where e.ticket_id = ${from} and e.state in ('sent', 'accepted', 'asked_back', 'answered') and not exists (
      select from escalations o where o.ticket_id = ${into} and o.state in ('sent', 'accepted', 'asked_back', 'answered')
        and o.department_id is not distinct from e.department_id and o.post is not distinct from e.post)
    returning e.id, e.state`.execute(tx.db)
  return movedOf(rows)
}

export async function moveBack(tx: Tx, from: TicketId, into: TicketId): Promise<Moved[]> {
  const { rows } = await sql<Moved>`
    update escalations set ticket_id = ${from}, origin_ticket_id = null, version = version + 1
    where ticket_id = ${into} and origin_ticket_id = ${from} returning id, state`.execute(tx.db)
  return movedOf(rows)
}
