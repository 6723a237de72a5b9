import { instant } from '../../events/event.ts'
import type { ClockId, TicketId } from '../../kernel/ids.ts'
import { Conflict } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { findOpenAssignment } from '../assignments/queries.ts'
import { lockTicket } from '../queries.ts'
import { clockPayload, clockTopics, heardOf, hearInPassing, hearTickets, writeClocks } from './hearing/actions.ts'
import * as sla from './queries.ts'
import { type Priority, pauseClock, resumeClock, warnAt } from './rules.ts'

/** Clocks of tickets in which something was said or done; several at the price of one. */
export const keepClocks = (tx: Tx, ticketIds: readonly TicketId[]): Promise<void> => hearTickets(tx, ticketIds)

/** The same after the commit of whoever said or did it, while people talk on. */
export const followClocks = (tx: Tx, ticketIds: readonly TicketId[]): Promise<void> => hearInPassing(tx, ticketIds)

/** Heard while somebody held the ticket: its own countdown follows. Repeats safely. */
export const settleLate = (tx: Tx, ticketId: TicketId): Promise<void> => hearTickets(tx, [ticketId])

/** Somebody else has it from now on: the agent's clocks stand still; the customer's wait goes on. */
export async function pauseClocks(tx: Tx, ticketId: TicketId, ref: string): Promise<void> {
  const { clocks, counted } = await heardOf(tx, await lockTicket(tx, ticketId))
  await sla.openPause(tx, ticketId, ref)
  const after = clocks.map((clock) => pauseClock(clock, tx.now, counted))
  await writeClocks(tx, [{ ticketId, before: clocks, after }])
}

/** It is back with us. What waits for the customer goes on standing still. */
export async function resumeClocks(tx: Tx, ticketId: TicketId, ref: string): Promise<void> {
  const ticket = await lockTicket(tx, ticketId)
  const { clocks, counted } = await heardOf(tx, ticket)
  if (!(await sla.closePause(tx, ticketId, ref)) || (await sla.isPaused(tx.db, ticketId))) return
  const waits = (clock: sla.StoredClock) => clock.kind === 'resolution' && ticket.waiting_on === 'customer'
  const after = clocks.map((clock) => (waits(clock) ? clock : resumeClock(clock, tx.now, counted)))
  await writeClocks(tx, [{ ticketId, before: clocks, after }])
}

/** Three quarters of the time are gone; `dueAt` of the event is the instant of the warning. Asked again under the lock: the answer may have come meanwhile. */
export async function warnOfClock(tx: Tx, id: ClockId): Promise<void> {
  const found = await running(tx, id)
  const at = found && warnAt(found.clock)
  if (!found || !at || at > tx.now || !(await sla.noteOnce(tx, id, 'warned_at'))) return
  await announce(
    tx,
    'clock.warned',
    { ...clockPayload(id, found), dueAt: instant(at) },
    { about: clockTopics(found.ticketId) },
  )
}

/** The time is over and the answer has not come. Never early, once. */
export async function breachClock(tx: Tx, id: ClockId): Promise<void> {
  const found = await running(tx, id)
  const at = found?.clock.dueAt
  if (!found || !at || at > tx.now || !(await sla.noteOnce(tx, id, 'breached_at'))) return
  await announce(
    tx,
    'clock.breached',
    { ...clockPayload(id, found), dueAt: instant(at) },
    { about: clockTopics(found.ticketId) },
  )
}

/** How urgent a ticket is, as whoever has it sees it. What was agreed for its clocks stays. */
export async function setPriority(
  tx: Tx,
  ticketId: TicketId,
  { epoch, priority }: { epoch: number; priority: Priority },
): Promise<void> {
  need(tx, 'desk.work')
  await lockTicket(tx, ticketId)
  const assignment = await findOpenAssignment(tx.db, ticketId)
  const mine = assignment?.staffId === staffOf(tx) && assignment.epoch === epoch
  if (!mine && !tx.actor.capabilities.has('desk.lead')) throw new Conflict('stale_assignment')
  await sla.setPriority(tx, ticketId, priority)
  await announce(tx, 'ticket.prioritised', { ticketId, priority }, { about: clockTopics(ticketId) })
}

async function running(tx: Tx, id: ClockId): Promise<{ ticketId: TicketId; clock: sla.StoredClock } | undefined> {
  const ticketId = await sla.ticketOfClock(tx.db, id)
  if (!ticketId) return undefined
  const { clocks } = await heardOf(tx, await lockTicket(tx, ticketId))
  const clock = clocks.find((one) => one.id === id)
  return clock && !clock.endedAt ? { ticketId, clock } : undefined
}
