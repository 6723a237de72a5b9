import { instant } from '../../events/event.ts'
import type { ClockId, TicketId } from '../../kernel/ids.ts'
import { Conflict } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { keepNext } from '../next/actions.ts'
import { findOpenAssignment, lockTicket, type TicketRow } from '../queries.ts'
import * as sla from './queries.ts'
import {
  type Clock,
  type Counted,
  channelKind,
  hear,
  mergeWindows,
  type Policy,
  type Priority,
  pauseClock,
  pickPolicy,
  resumeClock,
  usualPolicy,
  warnAt,
} from './rules.ts'

const WORDS_AT_ONCE = 500
type Held = sla.StoredClock | Clock

/**
 * Brings a ticket's clocks up to what has been said and done: words are heard in their order at their own instants, so
 * it does not matter when or how often this runs. A ticket left while nobody is on post has no clocks yet.
 */
export async function keepClocks(tx: Tx, ticketId: TicketId): Promise<void> {
  await heard(tx, await lockTicket(tx, ticketId))
}

/** Somebody else has it from now on: the agent's clocks stand still; the customer's wait goes on. */
export async function pauseClocks(tx: Tx, ticketId: TicketId, ref: string): Promise<void> {
  const { clocks, counted } = await heard(tx, await lockTicket(tx, ticketId))
  await sla.openPause(tx, ticketId, ref)
  await write(
    tx,
    ticketId,
    clocks,
    clocks.map((clock) => pauseClock(clock, tx.now, counted)),
  )
}

/** It is back with us. What waits for the customer goes on standing still. */
export async function resumeClocks(tx: Tx, ticketId: TicketId, ref: string): Promise<void> {
  const ticket = await lockTicket(tx, ticketId)
  const { clocks, counted } = await heard(tx, ticket)
  if (!(await sla.closePause(tx, ticketId, ref)) || (await sla.isPaused(tx.db, ticketId))) return
  const waits = (clock: Held) => clock.kind === 'resolution' && ticket.waiting_on === 'customer'
  await write(
    tx,
    ticketId,
    clocks,
    clocks.map((clock) => (waits(clock) ? clock : resumeClock(clock, tx.now, counted))),
  )
}

/** Three quarters of the time are gone; `dueAt` of the event is the instant of the warning. Asked again under the lock: the answer may have come meanwhile. */
export async function warnOfClock(tx: Tx, id: ClockId): Promise<void> {
  const found = await running(tx, id)
  const at = found && warnAt(found.clock)
  if (!found || !at || at > tx.now || !(await sla.noteOnce(tx, id, 'warned_at'))) return
  await announce(tx, 'clock.warned', { ...payload(id, found), dueAt: instant(at) }, topics(found.ticketId))
}

/** The time is over and the answer has not come. Never early, once. */
export async function breachClock(tx: Tx, id: ClockId): Promise<void> {
  const found = await running(tx, id)
  const at = found?.clock.dueAt
  if (!found || !at || at > tx.now || !(await sla.noteOnce(tx, id, 'breached_at'))) return
  await announce(tx, 'clock.breached', { ...payload(id, found), dueAt: instant(at) }, topics(found.ticketId))
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
  await announce(tx, 'ticket.prioritised', { ticketId, priority }, topics(ticketId))
}

async function heard(tx: Tx, ticket: TicketRow): Promise<{ clocks: sla.StoredClock[]; counted: Counted }> {
  if (ticket.state === 'new') return { clocks: [], counted: null }
  const agreed = (await sla.findAgreed(tx.db, ticket.id)) ?? (await agree(tx, ticket))
  const counted = agreed.hours === 'night' ? mergeWindows(await sla.serviceWindows(tx.db, ticket.created_at)) : null
  const before = await sla.clocksOf(tx.db, ticket.id)
  const words = await sla.listWordsAfter(tx.db, ticket.id, agreed.seenSeq, WORDS_AT_ONCE)
  const listening = {
    policy: agreed,
    counted,
    withDepartment: await sla.isPaused(tx.db, ticket.id),
    answeredByVoice: ticket.channel === 'phone',
    notBefore: before.length === 0 && ticket.queued_at ? ticket.queued_at : ticket.created_at,
  }
  let clocks: Held[] = before
  for (const word of words) clocks = hear(clocks, word, listening)
  const last = words.at(-1)
  if (last) await sla.storeSeen(tx, ticket.id, last.seq)
  await write(tx, ticket.id, before, settled(ticket, clocks, tx.now))
  return { clocks: await sla.clocksOf(tx.db, ticket.id), counted }
}

/** What no word says: a resolve that was taken back goes on, and what is no request any more owes nothing. */
function settled(ticket: TicketRow, clocks: readonly Held[], now: Date): Held[] {
  const gone = ticket.state === 'spam' || ticket.state === 'merged'
  if (gone) return clocks.map((clock) => (clock.endedAt ? clock : { ...clock, endedAt: now, outcome: 'void' as const }))
  const live = ticket.state === 'open' || ticket.state === 'queued'
  const last = clocks.findLast(({ kind, round }) => kind === 'resolution' && round === ticket.round)
  if (!live || !last?.endedAt) return [...clocks]
  // A question that was open when the round ended is open again; one that was answered stays answered.
  const asks = ticket.waiting_on === 'us' && !clocks.some(({ kind, endedAt }) => kind !== 'resolution' && !endedAt)
  const asked = (clock: Held) => asks && clock.kind !== 'resolution'
  const goesOn = (clock: Held) =>
    clock === last || (asked(clock) && clock.endedAt?.getTime() === last.endedAt?.getTime())
  return clocks.map((clock) => (goesOn(clock) ? { ...clock, endedAt: null, outcome: null } : clock))
}

async function agree(tx: Tx, ticket: TicketRow): Promise<Policy & { seenSeq: number }> {
  const categoryIds = await sla.categoryLine(tx.db, ticket.category_id)
  const priority = await sla.priorityOf(tx.db, ticket.id)
  const channel = channelKind(ticket.channel)
  const chosen = pickPolicy(await sla.listPolicies(tx.db), { channel, categoryIds, priority })
  return sla.storeAgreed(tx, ticket.id, chosen ?? { ...usualPolicy(channel, await currentSettings(tx.db)), id: null })
}

/** Stores what changed and keeps the ticket's countdown true. */
async function write(tx: Tx, ticketId: TicketId, before: readonly Held[], after: readonly Held[]): Promise<void> {
  for (const clock of after) {
    const known = 'id' in clock ? before.find((one) => 'id' in one && one.id === clock.id) : undefined
    if (known === clock) continue
    const row = { ...clock, warnAt: clock.endedAt ? null : warnAt(clock) }
    const id = 'id' in clock ? clock.id : await sla.insertClock(tx, ticketId, row)
    if ('id' in clock) await sla.updateClock(tx, id, row)
    if (clock.endedAt && !known?.endedAt && clock.outcome && clock.outcome !== 'void')
      await announce(
        tx,
        'clock.ended',
        { ...payload(id, { ticketId, clock }), outcome: clock.outcome },
        topics(ticketId),
      )
  }
  const owed = after.filter(({ kind, endedAt, dueAt }) => kind !== 'resolution' && !endedAt && dueAt)
  await sla.setAnswerDue(tx, ticketId, owed.at(-1)?.dueAt ?? null)
  await keepNext(tx, ticketId)
}

async function running(tx: Tx, id: ClockId): Promise<{ ticketId: TicketId; clock: sla.StoredClock } | undefined> {
  const ticketId = await sla.ticketOfClock(tx.db, id)
  if (!ticketId) return undefined
  const { clocks } = await heard(tx, await lockTicket(tx, ticketId))
  const clock = clocks.find((one) => one.id === id)
  return clock && !clock.endedAt ? { ticketId, clock } : undefined
}

const payload = (clockId: ClockId, { ticketId, clock }: { ticketId: TicketId; clock: Held }) => ({
  clockId,
  ticketId,
  round: clock.round,
  kind: clock.kind,
})
const topics = (ticketId: TicketId): { about: string[] } => ({ about: [`ticket:${ticketId}`, 'desk', 'board', 'sla'] })
