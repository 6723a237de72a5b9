import { instant } from '../../events/event.ts'
import type { StaffId, TicketId } from '../../kernel/ids.ts'
import { refusal, refuse } from '../../kernel/refusal.ts'
import { HOUR, plus, SECOND } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { assignTicket, beginAssignment, finishAssignment, needAssignment, shiftOf } from '../assignments/actions.ts'
import { findLastAssignment, findOpenAssignment } from '../assignments/queries.ts'
import { listHolds } from '../holds/queries.ts'
import { needCustomerOf, sayHouse } from '../messages/actions.ts'
import type { TicketRow } from '../queries.ts'
import * as tickets from '../queries.ts'
import { askRating, withdrawRating } from '../ratings/actions.ts'
import { resolvedBy, topics, whyNotMove, whyNotReopen, whyNotResolve, whyNotUndo } from '../rules.ts'
import { answerSeconds } from '../sla/queries.ts'
import { waitingOn } from '../waiting/queries.ts'
import { isConfirmed, isFirstContact, isRated, storeConfirmed, storeFirstContact } from './queries.ts'

/** Solved: the customer has 72 hours to say otherwise, and is asked to rate. */
export async function resolveTicket(tx: Tx, id: TicketId, { epoch }: { epoch: number }): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  const assignment = await needAssignment(tx, ticket, epoch)
  refuse(whyNotResolve(ticket, await listHolds(tx.db, id)))
  await finishAssignment(tx, ticket, assignment, 'resolved')
  await resolved(tx, ticket, assignment.staffId)
}

/** The customer says it is solved, or leaves the queue. */
export async function endByCustomer(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  needCustomerOf(tx, ticket)
  if (ticket.state === 'resolved' || ticket.state === 'closed') return
  refuse(whyNotMove(ticket.state, 'resolve'))
  const assignment = await findOpenAssignment(tx.db, id)
  if (assignment) await finishAssignment(tx, ticket, assignment, 'resolved')
  await resolved(tx, ticket, null)
}

/** Takes a wrong resolve back: the round goes on with the same person. */
export async function undoResolve(tx: Tx, id: TicketId): Promise<void> {
  need(tx, 'desk.work')
  const ticket = await tickets.lockTicket(tx, id)
  refuse(whyNotMove(ticket.state, 'undo'))
  const last = await findLastAssignment(tx.db, id)
  const { undoSeconds } = await currentSettings(tx.db)
  const tooLate = (await isRated(tx.db, id, ticket.round)) || (await isConfirmed(tx.db, id))
  const by = staffOf(tx)
  refuse(whyNotUndo({ last: resolvedBy(ticket, last), by, why: 'resolved', undoSeconds, now: tx.now, tooLate }))
  if (!last) return
  // What was asked and not answered is still owed.
  await tickets.setTicket(tx, id, { waiting_on: await waitingOn(tx.db, id) })
  await withdrawRating(tx, ticket)
  await announce(tx, 'ticket.resolve_undone', { ticketId: id, round: ticket.round }, topics(id))
  await beginAssignment(tx, ticket, { staffId: last.staffId, shiftId: last.shiftId, how: 'undo' })
}

/** "Yes, it is solved": the customer says so before the silence does. It stays resolved, and a word still reopens it. */
export async function confirmSolved(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  needCustomerOf(tx, ticket)
  if (ticket.state === 'closed') return
  if (ticket.state !== 'resolved') throw refusal('tickets.not_resolved_yet')
  if (!(await storeConfirmed(tx, id))) return
  await announce(tx, 'ticket.confirmed', { ticketId: id, round: ticket.round }, topics(id))
}

/** Within 72 hours: by the customer to the head of the queue, by an agent on duty to their own desk. A new round either way. */
export async function reopenTicket(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  if (tx.actor.kind === 'staff') need(tx, 'desk.work')
  else needCustomerOf(tx, ticket)
  await reopenLocked(tx, ticket)
  if (tx.actor.kind !== 'staff') return
  const staffId = staffOf(tx)
  await assignTicket(tx, id, { staffId, shiftId: await shiftOf(tx, staffId), how: 'took' })
}

/** Silence is over: nothing reopens it any more. */
export async function closeTicket(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  if (ticket.state !== 'resolved' || !ticket.closes_at || ticket.closes_at > tx.now) return
  await tickets.setTicket(tx, id, { state: 'closed', closed_at: tx.now })
  await announce(tx, 'ticket.closed', { ticketId: id, round: ticket.round }, topics(id))
}

async function resolved(tx: Tx, ticket: TicketRow, by: StaffId | null): Promise<void> {
  const { closeAfterSilenceHours } = await currentSettings(tx.db)
  const closesAt = plus(tx.now, closeAfterSilenceHours * HOUR)
  await tickets.setTicket(tx, ticket.id, {
    state: 'resolved',
    head: false,
    resolved_at: tx.now,
    resolved_by: by,
    closes_at: closesAt,
    answer_due_at: null,
    promised_at: null,
    waiting_on: 'customer',
  })
  await storeFirstContact(tx, ticket.id, by !== null && (await isFirstContact(tx.db, ticket.id)))
  await sayHouse(tx, ticket.id, 'resolved')
  await announce(
    tx,
    'ticket.resolved',
    { ticketId: ticket.id, round: ticket.round, by, closesAt: instant(closesAt) },
    topics(ticket.id),
  )
  if (ticket.first_answered_at) await askRating(tx, ticket)
}

/** A locked ticket that was solved goes back to the head of the queue, in a round of its own. @throws Refusal tickets.not_now.reopen */
export async function reopenLocked(tx: Tx, ticket: TicketRow): Promise<void> {
  refuse(whyNotReopen(ticket, tx.now))
  await withdrawRating(tx, ticket)
  const round = ticket.round + 1
  const due = plus(tx.now, (await answerSeconds(tx)) * SECOND)
  await tickets.setTicket(tx, ticket.id, {
    state: 'queued',
    round,
    head: true,
    waiting_on: 'us',
    queued_at: tx.now,
    resolved_at: null,
    resolved_by: null,
    closes_at: null,
    answer_due_at: due,
  })
  await storeFirstContact(tx, ticket.id, false)
  await sayHouse(tx, ticket.id, 'reopened')
  const by = tx.actor.kind === 'staff' ? 'staff' : 'customer'
  await announce(tx, 'ticket.reopened', { ticketId: ticket.id, round, by }, topics(ticket.id))
  await announce(tx, 'ticket.queued', { ticketId: ticket.id, round, head: true, why: 'reopened' }, topics(ticket.id))
}
