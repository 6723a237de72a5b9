import { type Selectable, sql } from 'kysely'
import type { DepartmentId, EscalationId, ShiftId, StaffId, TicketId } from '../kernel/ids.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'
import { OPEN_STATES } from './rules.ts'
import type { EscalationTables } from './tables.ts'

export type EscalationRow = Omit<
  Selectable<EscalationTables['escalations']>,
  | 'id'
  | 'ticket_id'
  | 'department_id'
  | 'person_id'
  | 'decided_by'
  | 'sent_by'
  | 'accepted_by'
  | 'answered_by'
  | 'told_by'
  | 'better_department_id'
> & {
  id: EscalationId
  ticket_id: TicketId
  department_id: DepartmentId | null
  person_id: StaffId | null
  decided_by: StaffId
  sent_by: StaffId | null
  accepted_by: StaffId | null
  answered_by: StaffId | null
  told_by: StaffId | null
  better_department_id: DepartmentId | null
}

/** The ticket a request belongs to; never changes, so it is read before the ticket is locked. @throws NotFound */
export async function ticketOf(db: Reader, id: EscalationId): Promise<TicketId> {
  const row = await db.selectFrom('escalations').select('ticket_id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row.ticket_id as TicketId
}

/** The row, locked; lock its ticket first (DESIGN 3.1). @throws NotFound */
export async function lockEscalation(tx: Tx, id: EscalationId): Promise<EscalationRow> {
  const row = await tx.db.selectFrom('escalations').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return row as EscalationRow
}

/** @throws NotFound */
export async function getEscalation(db: Reader, id: EscalationId): Promise<EscalationRow> {
  const row = await db.selectFrom('escalations').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row as EscalationRow
}

type Change = Partial<Omit<EscalationRow, 'id' | 'ticket_id' | 'version'>>

/** Writes columns of a locked request and counts its version up. */
export async function setEscalation(tx: Tx, id: EscalationId, change: Change): Promise<void> {
  await tx.db
    .updateTable('escalations')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()
}

export async function departmentOfStaff(db: Reader, id: StaffId): Promise<DepartmentId | undefined> {
  const row = await db.selectFrom('staff').select('department_id').where('id', '=', id).executeTakeFirst()
  return row?.department_id as DepartmentId | undefined
}

/** People of a department, and its head and night contact wherever they sit: they are written to, so they may act. */
export async function answersFor(db: Reader, id: StaffId, departmentId: DepartmentId): Promise<boolean> {
  const { rows } = await sql<{ answers: boolean }>`
    select exists (select from staff p join departments d on d.id = ${departmentId}
      where p.id = ${id} and p.active and (p.department_id = d.id or p.id in (d.head_id, d.night_contact_id))) as answers`.execute(
    db,
  )
  return rows[0]?.answers ?? false
}

/** How often departments have said "not ours" to this ticket in this round. */
export async function countBounces(db: Reader, ticketId: TicketId, round: number): Promise<number> {
  const { count } = await db
    .selectFrom('escalations')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('ticket_id', '=', ticketId)
    .where('round', '=', round)
    .where('state', '=', 'returned')
    .executeTakeFirstOrThrow()
  return Number(count)
}

export const listOpenOf = async (db: Reader, ticketId: TicketId): Promise<EscalationRow[]> =>
  (await db
    .selectFrom('escalations')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .where('state', 'in', [...OPEN_STATES])
    .orderBy('id')
    .execute()) as EscalationRow[]

/** How many requests need this person now: to be accepted in their department, or theirs to pass on. */
export async function countForPerson(db: Reader, staffId: StaffId): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select (
      select count(*) from escalations e join staff p on p.id = ${staffId} and p.department_id = e.department_id
      where e.state = 'sent' and p.standing_roles && array['handler', 'head']
    ) + (
      select count(*) from escalation_offers where staff_id = ${staffId} and state = 'made'
    ) + (
      select count(*) from escalations e join assignments a on a.ticket_id = e.ticket_id and a.ended_at is null
      where a.staff_id = ${staffId} and e.state in ('decided', 'asked_back', 'answered')
    ) as count`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

/** Who follows it up: whoever has the ticket now, else whoever had it last. */
export async function ownerOf(
  db: Reader,
  ticketId: TicketId,
): Promise<{ staffId: StaffId; shiftId: ShiftId | null; epoch: number } | undefined> {
  const row = await db
    .selectFrom('assignments')
    .select(['staff_id', 'shift_id', 'epoch'])
    .where('ticket_id', '=', ticketId)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row && { staffId: row.staff_id as StaffId, shiftId: row.shift_id as ShiftId | null, epoch: row.epoch }
}
