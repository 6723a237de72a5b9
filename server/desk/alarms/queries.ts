import { sql } from 'kysely'
import type { AlarmKind } from '../../events/desk.ts'
import type { AlarmId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'

/** Undefined where the same alarm rings already. */
export async function insertAlarm(
  tx: Tx,
  kind: AlarmKind,
  ticketId: TicketId | null,
  subject: string | null,
): Promise<AlarmId | undefined> {
  const { rows } = await sql<{ id: string }>`
    insert into alarms (kind, ticket_id, subject, raised_at) values (${kind}, ${ticketId}, ${subject}, ${tx.now})
    on conflict do nothing returning id`.execute(tx.db)
  return rows[0]?.id as AlarmId | undefined
}

export type OpenAlarm = { id: AlarmId; kind: AlarmKind; ticketId: TicketId | null }

export async function openAlarms(db: Reader, ticketId?: TicketId): Promise<OpenAlarm[]> {
  let query = db.selectFrom('alarms').select(['id', 'kind', 'ticket_id']).where('settled_at', 'is', null)
  if (ticketId) query = query.where('ticket_id', '=', ticketId)
  return (await query.orderBy('raised_at').execute()).map((row) => ({
    id: row.id as AlarmId,
    kind: row.kind,
    ticketId: row.ticket_id as TicketId | null,
  }))
}

/** Those of these tickets for which such an alarm rings. */
export async function ringingAmong(db: Reader, ids: readonly TicketId[], kind: AlarmKind): Promise<TicketId[]> {
  const { rows } = await sql<{ id: TicketId }>`
    select distinct ticket_id as id from alarms
    where settled_at is null and kind = ${kind} and ticket_id = any(${[...ids]}::bigint[]) order by id`.execute(db)
  return rows.map(({ id }) => id)
}

/** @throws NotFound */
export async function needAlarm(db: Reader, id: AlarmId): Promise<void> {
  const row = await db.selectFrom('alarms').select('id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
}

/** The alarm as it was, or undefined where it was settled already. */
export async function storeSettled(tx: Tx, id: AlarmId, by: StaffId | null): Promise<OpenAlarm | undefined> {
  const row = await tx.db
    .updateTable('alarms')
    .set({ settled_at: tx.now, settled_by: by })
    .where('id', '=', id)
    .where('settled_at', 'is', null)
    .returning(['id', 'kind', 'ticket_id'])
    .executeTakeFirst()
  return row && { id: row.id as AlarmId, kind: row.kind, ticketId: row.ticket_id as TicketId | null }
}
