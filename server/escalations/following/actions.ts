import type { EscalationId, StaffId, TicketId } from '../../kernel/ids.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { lockTicket } from '../../tickets/queries.ts'
import { pauseClocks, resumeClocks } from '../../tickets/sla/actions.ts'
import { about, acceptMinutes, discard, lock, move, topicsOf, withdraw } from '../actions.ts'
import { listOpenOf, lockEscalation } from '../queries.ts'
import { type EscalationState, further, isWithDepartment, type TargetPost, whyNotMoveEscalation } from '../rules.ts'
import * as following from './queries.ts'

/** Whoever had these has left the house, or their post: they wait for somebody again, with a new time to accept. */
export async function releaseOf(tx: Tx, staffId: StaffId, which: 'all' | 'of_post'): Promise<void> {
  for (const { id } of await following.listHeldBy(tx.db, staffId, which)) {
    const { escalation } = await lock(tx, id)
    if (escalation.accepted_by !== staffId || whyNotMoveEscalation(escalation.state, 'release')) continue
    const { department_id: departmentId, post } = escalation
    const target = departmentId
      ? ({ kind: 'department', departmentId, personId: null } as const)
      : ({ kind: 'post', post: post as TargetPost } as const)
    await move(tx, escalation, {
      state: 'sent',
      // One person was meant, and is not there.
      person_id: null,
      accepted_at: null,
      accepted_by: null,
      accept_due_at: plus(tx.now, (await acceptMinutes(tx, target)) * MINUTE),
      step: 0,
      letters: 0,
    })
    await announce(tx, 'escalation.released', { ...about(escalation), from: staffId }, topicsOf(escalation))
  }
}

/**
 * The ticket has ended: the customer said it is solved, or it was no request at all. One that was reopened before this
 * was heard still needs what was asked.
 */
export async function endWithTicket(tx: Tx, ticketId: TicketId): Promise<void> {
  const ticket = await lockTicket(tx, ticketId)
  if (ticket.state === 'queued' || ticket.state === 'open') return
  await discardAll(tx, ticketId)
  for (const { id } of await listOpenOf(tx.db, ticketId))
    await withdraw(tx, await lockEscalation(tx, id), 'ticket_ended')
}

/** Told and the round resolved: nothing is left to follow. */
export async function closeTold(tx: Tx, ticketId: TicketId): Promise<void> {
  await lockTicket(tx, ticketId)
  for (const { id } of await following.listToldOf(tx.db, ticketId)) {
    const escalation = await lockEscalation(tx, id)
    if (escalation.state !== 'told') continue
    await move(tx, escalation, { state: 'closed', ended_at: tx.now })
    await announce(tx, 'escalation.closed', about(escalation), topicsOf(escalation))
  }
}

/** The ticket was merged into another: what was asked about it is followed up there. */
export async function followMerge(tx: Tx, from: TicketId, into: TicketId): Promise<void> {
  await lockBoth(tx, from, into)
  await discardAll(tx, from)
  await withdrawDoubles(tx, from, into)
  const moved = await following.moveToTicket(tx, from, into)
  await moveClocks(tx, from, into, moved)
}

/** Both tickets had asked the same target, and one open request a ticket and target is the rule: the one that has come further is followed up. */
async function withdrawDoubles(tx: Tx, from: TicketId, into: TicketId): Promise<void> {
  const others = await listOpenOf(tx.db, into)
  for (const one of await listOpenOf(tx.db, from)) {
    const other = others.find((two) => two.department_id === one.department_id && two.post === one.post)
    if (!other) continue
    const { id } = further(one, other) ? other : one
    // What holds the ticket, and what was promised, has gone to the one that is left.
    await withdraw(tx, await lockEscalation(tx, id), 'merged', into)
  }
}

/** Taken out again: what came along goes back. */
export async function followSplit(tx: Tx, from: TicketId, into: TicketId): Promise<void> {
  await lockBoth(tx, from, into)
  const moved = await following.moveBack(tx, from, into)
  await moveClocks(tx, into, from, moved)
}

async function moveClocks(
  tx: Tx,
  from: TicketId,
  into: TicketId,
  moved: readonly { id: EscalationId; state: EscalationState }[],
): Promise<void> {
  for (const { id, state } of moved) {
    if (!isWithDepartment(state)) continue
    await resumeClocks(tx, from, id)
    await pauseClocks(tx, into, id)
  }
}

/** What was decided and never sent goes with its ticket. */
async function discardAll(tx: Tx, ticketId: TicketId): Promise<void> {
  for (const { id } of await following.listDecidedOf(tx.db, ticketId)) await discard(tx, await lockEscalation(tx, id))
}

/** In id order, as everywhere. */
async function lockBoth(tx: Tx, a: TicketId, b: TicketId): Promise<void> {
  for (const id of [a, b].toSorted((x, y) => Number(BigInt(x) - BigInt(y)))) await lockTicket(tx, id)
}
