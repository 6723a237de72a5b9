import type { Selectable } from 'kysely'
import type { AssignmentEnd } from '../../events/tickets.ts'
import type { AssignmentId, ShiftId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { TicketTables } from '../tables.ts'

export type OpenAssignment = {
  id: AssignmentId
  staffId: StaffId
  shiftId: ShiftId | null
  epoch: number
  openedAt: Date
}

const assignmentOf = (row: Selectable<TicketTables['assignments']>): OpenAssignment => ({
  id: row.id as AssignmentId,
  staffId: row.staff_id as StaffId,
  shiftId: row.shift_id as ShiftId | null,
  epoch: row.epoch,
  openedAt: row.opened_at,
})

export async function findOpenAssignment(db: Reader, ticketId: TicketId): Promise<OpenAssignment | undefined> {
  const row = await db
    .selectFrom('assignments')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row && assignmentOf(row)
}

/** Which of these are in this person's hands now. */
export async function listHeldAmong(
  db: Reader,
  staffId: StaffId,
  ids: readonly TicketId[],
): Promise<ReadonlySet<TicketId>> {
  const rows = await db
    .selectFrom('assignments')
    .select('ticket_id')
    .where('staff_id', '=', staffId)
    .where('ticket_id', 'in', [...ids])
    .where('ended_at', 'is', null)
    .execute()
  return new Set(rows.map((row) => row.ticket_id as TicketId))
}

/** The assignment that ended last, with how. */
export async function findLastAssignment(
  db: Reader,
  ticketId: TicketId,
): Promise<(OpenAssignment & { endedAt: Date | null; why: AssignmentEnd | null }) | undefined> {
  const row = await db
    .selectFrom('assignments')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .where('ended_at', 'is not', null)
    .orderBy('epoch', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { ...assignmentOf(row), endedAt: row.ended_at, why: row.end_reason }
}

export async function insertAssignment(
  tx: Tx,
  row: { ticketId: TicketId; staffId: StaffId; shiftId: ShiftId | null; round: number; epoch: number },
): Promise<AssignmentId> {
  const { id } = await tx.db
    .insertInto('assignments')
    .values({
      ticket_id: row.ticketId,
      staff_id: row.staffId,
      shift_id: row.shiftId,
      round: row.round,
      epoch: row.epoch,
      opened_at: tx.now,
      ended_at: null,
      end_reason: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as AssignmentId
}

export async function endAssignmentRow(tx: Tx, id: AssignmentId, why: AssignmentEnd): Promise<void> {
  await tx.db
    .updateTable('assignments')
    .set({ ended_at: tx.now, end_reason: why })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute()
}

/** Whether the holder of an assignment has written to the customer since it began. */
export async function hasSpoken(
  db: Reader,
  ticketId: TicketId,
  { staffId, openedAt }: Pick<OpenAssignment, 'staffId' | 'openedAt'>,
): Promise<boolean> {
  const row = await db
    .selectFrom('messages')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('staff_id', '=', staffId)
    .where('at', '>=', openedAt)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
