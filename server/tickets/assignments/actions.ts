import { dutyOf } from '../../attendance/contributions.ts'
import type { AssignmentEnd } from '../../events/tickets.ts'
import type { ShiftId, StaffId, TicketId } from '../../kernel/ids.ts'
import { Conflict, refuse } from '../../kernel/refusal.ts'
import { plus, SECOND } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { sayHouse } from '../messages/actions.ts'
import { storePromisedAt } from '../promises/queries.ts'
import type { TicketRow } from '../queries.ts'
import * as tickets from '../queries.ts'
import { topics, whyNotMove, whyNotTransferTo, whyNotUndo } from '../rules.ts'
import { answerSeconds } from '../sla/queries.ts'
import {
  endAssignmentRow,
  findLastAssignment,
  findOpenAssignment,
  hasSpoken,
  insertAssignment,
  type OpenAssignment,
} from './queries.ts'

type How = 'offer' | 'took' | 'given' | 'transfer' | 'entered' | 'undo'

/** The ticket is this person's from now on, under a new epoch. The index of open assignments lets only one be the first. */
export async function assignTicket(
  tx: Tx,
  id: TicketId,
  to: { staffId: StaffId; shiftId: ShiftId | null; how: How },
): Promise<{ epoch: number }> {
  const ticket = await tickets.lockTicket(tx, id)
  refuse(whyNotMove(ticket.state, 'assign'))
  return beginAssignment(tx, ticket, to)
}

/** From whoever has it to somebody else, by the duty manager's word; what the first still writes is stale from now on. */
export async function reassignTicket(
  tx: Tx,
  id: TicketId,
  to: { staffId: StaffId; shiftId: ShiftId | null; how: 'took' | 'given' },
): Promise<{ epoch: number }> {
  const ticket = await tickets.lockTicket(tx, id)
  refuse(whyNotMove(ticket.state, 'transfer'))
  const open = await findOpenAssignment(tx.db, id)
  // Not `transferred`: that could be taken back by whoever lost it.
  if (open) await finishAssignment(tx, ticket, open, 'returned')
  return beginAssignment(tx, ticket, to)
}

/** Back to the queue with its old place; a chat left over from a shift goes to the head. */
export async function returnTicket(
  tx: Tx,
  id: TicketId,
  why: 'returned' | 'lease_lost' | 'shift_over',
  epoch?: number,
): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  if (epoch !== undefined) await needAssignment(tx, ticket, epoch)
  const assignment = await findOpenAssignment(tx.db, id)
  if (!assignment || ticket.state !== 'open') return
  await finishAssignment(tx, ticket, assignment, why)
  const head = why === 'shift_over' || ticket.complained_at !== null
  await tickets.setTicket(tx, id, {
    state: 'queued',
    waiting_on: 'us',
    head,
    queued_at: tx.now,
    answer_due_at: ticket.answer_due_at ?? plus(tx.now, (await answerSeconds(tx)) * SECOND),
  })
  await sayHouse(tx, id, 'returned')
  await announce(tx, 'ticket.queued', { ticketId: id, round: ticket.round, head, why }, topics(id))
}

/** To a colleague on post, with everything that was said and noted. */
export async function transferTicket(
  tx: Tx,
  id: TicketId,
  { epoch, to }: { epoch: number; to: StaffId },
): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  const assignment = await needAssignment(tx, ticket, epoch)
  const duty = await dutyOf(tx.db, to, tx.now)
  refuse(whyNotMove(ticket.state, 'transfer') ?? whyNotTransferTo(assignment.staffId, to, duty))
  await finishAssignment(tx, ticket, assignment, 'transferred')
  await beginAssignment(tx, ticket, { staffId: to, shiftId: duty?.shiftId ?? null, how: 'transfer' })
}

/** Takes a wrong transfer back while the colleague has not written yet. */
export async function undoTransfer(tx: Tx, id: TicketId): Promise<void> {
  need(tx, 'desk.work')
  const ticket = await tickets.lockTicket(tx, id)
  const last = await findLastAssignment(tx.db, id)
  const present = await findOpenAssignment(tx.db, id)
  const { undoSeconds } = await currentSettings(tx.db)
  const answered = present ? await hasSpoken(tx.db, id, present) : true
  refuse(whyNotUndo({ last, by: staffOf(tx), why: 'transferred', undoSeconds, now: tx.now, tooLate: answered }))
  if (!present || !last) return
  await finishAssignment(tx, ticket, present, 'transferred')
  await beginAssignment(tx, ticket, { staffId: last.staffId, shiftId: last.shiftId, how: 'undo' })
}

/** The acting person's open assignment under this epoch; 409 where the world has moved on (RELIABILITY 10). */
export async function needAssignment(tx: Tx, ticket: TicketRow, epoch: number): Promise<OpenAssignment> {
  need(tx, 'desk.work')
  const assignment = await findOpenAssignment(tx.db, ticket.id)
  if (!assignment || assignment.epoch !== epoch || assignment.staffId !== staffOf(tx))
    throw new Conflict('stale_assignment')
  return assignment
}

/** A locked ticket comes into hands, under the next epoch. */
export async function beginAssignment(
  tx: Tx,
  ticket: TicketRow,
  { staffId, shiftId, how }: { staffId: StaffId; shiftId: ShiftId | null; how: How },
): Promise<{ epoch: number }> {
  const epoch = ticket.epoch + 1
  const { id: ticketId, round } = ticket
  const assignmentId = await insertAssignment(tx, { ticketId, staffId, shiftId, round, epoch })
  await tickets.setTicket(tx, ticketId, {
    state: 'open',
    epoch,
    head: false,
    last_handler_id: staffId,
    resolved_at: null,
    resolved_by: null,
    closes_at: null,
  })
  await storePromisedAt(tx, ticketId)
  const { name, nameEn } = await tickets.nameOfStaff(tx.db, staffId)
  if (how !== 'undo') await sayHouse(tx, ticketId, how === 'transfer' ? 'handed_over' : 'joined', { name, nameEn })
  await announce(
    tx,
    'ticket.assigned',
    { ticketId, assignmentId, staffId, epoch, how, shiftId },
    topics(ticketId, `work:${staffId}`),
  )
  return { epoch }
}

/** Out of the hands that it was in; what becomes of the ticket is for the caller to say. */
export async function finishAssignment(
  tx: Tx,
  ticket: TicketRow,
  { id: assignmentId, staffId, epoch }: OpenAssignment,
  why: AssignmentEnd,
): Promise<void> {
  await endAssignmentRow(tx, assignmentId, why)
  await announce(
    tx,
    'assignment.ended',
    { ticketId: ticket.id, assignmentId, staffId, epoch, why },
    topics(ticket.id, `work:${staffId}`),
  )
}

/** Whoever only finishes after their shift gets nothing new. */
export const shiftOf = async (tx: Tx, staffId: StaffId): Promise<ShiftId | null> =>
  (await dutyOf(tx.db, staffId, tx.now))?.shiftId ?? null
