import type { StaffId, TicketId } from '../../kernel/ids.ts'
import { Conflict, refusal, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce, constraintOf } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { endAssignmentRow, findOpenAssignment } from '../assignments/queries.ts'
import { sayHouse } from '../messages/actions.ts'
import { keepNext } from '../next/actions.ts'
import { storePromisedAt } from '../promises/queries.ts'
import { lockTicket, setTicket, type TicketRow } from '../queries.ts'
import { keepClocks } from '../sla/actions.ts'
import * as merging from './queries.ts'
import { stateAfterSplit, whyNotMerge } from './rules.ts'

/**
 * One request into another of the same customer: a link, no copy. What was said keeps its ticket and its number; holds
 * and open promises go along; whoever opens the old one is led to the new one.
 */
export async function mergeTicket(
  tx: Tx,
  from: TicketId,
  { into, epoch }: { into: TicketId; epoch: number },
): Promise<void> {
  need(tx, 'desk.work')
  const [mine, other] = await lockBoth(tx, from, into)
  const known = await merging.findMergeOf(tx.db, from)
  if (known?.into === into) return
  await needHand(tx, mine, epoch)
  refuse(whyNotMerge(mine, other, await areRelated(tx, mine, other)))
  await end(tx, mine)
  const holds = await merging.moveHolds(tx, from, into)
  const promises = await merging.movePromises(tx, from, into)
  const before = { stateBefore: mine.state, closesBefore: mine.closes_at }
  const visitorMoved = other.visitor_id === null && mine.visitor_id !== null
  await merging.insertMerge(tx, { from, into, ...before, holds, promises, visitorMoved, by: staffOf(tx) })
  await setTicket(tx, from, { state: 'merged', answer_due_at: null, promised_at: null, head: false })
  if (visitorMoved) await merging.setVisitor(tx, into, mine.visitor_id)
  await sayHouse(tx, from, 'merged_into', { number: other.number })
  await sayHouse(tx, into, 'merged', { number: mine.number })
  await follow(tx, from, into)
  await announce(tx, 'ticket.merged', { ticketId: from, intoId: into }, topics(from, into))
}

/** The other way round: what the same customer asked elsewhere comes into the conversation that one has in hand. */
export async function takeIn(
  tx: Tx,
  into: TicketId,
  { from, epoch }: { from: TicketId; epoch: number },
): Promise<void> {
  need(tx, 'desk.work')
  await lockBoth(tx, into, from)
  const mine = await findOpenAssignment(tx.db, into)
  if (mine?.staffId !== staffOf(tx) || mine.epoch !== epoch) throw new Conflict('stale_assignment')
  const other = await findOpenAssignment(tx.db, from)
  await mergeTicket(tx, from, { into, epoch: other?.epoch ?? 0 })
}

/** Taken out again: it stands where it stood, with what it had brought along and is still owed. */
export async function splitTicket(tx: Tx, from: TicketId): Promise<void> {
  need(tx, 'desk.work')
  const merge = await merging.findMergeOf(tx.db, from)
  if (!merge) throw refusal('merging.not_merged')
  const { into } = merge
  const [mine, other] = await lockBoth(tx, from, into)
  if (!(await merging.findMergeOf(tx.db, from))) return
  await merging.endMerge(tx, merge.id, staffOf(tx))
  await merging.giveBackHolds(tx, merge)
  await merging.giveBackPromises(tx, from, merge.promises)
  const state = stateAfterSplit(merge.stateBefore)
  const queued = state === 'queued' ? { queued_at: tx.now, waiting_on: 'us' as const } : {}
  if (merge.visitorMoved) await merging.setVisitor(tx, into, null)
  await inWords(setTicket(tx, from, { state, closes_at: merge.closesBefore, ...queued }))
  await sayHouse(tx, from, 'split_off', { number: other.number })
  await sayHouse(tx, into, 'split', { number: mine.number })
  await follow(tx, from, into)
  await announce(tx, 'ticket.split', { ticketId: from, intoId: into }, topics(from, into))
  if (state === 'queued')
    await announce(
      tx,
      'ticket.queued',
      { ticketId: from, round: mine.round, head: mine.head, why: 'split' },
      topics(from, into),
    )
}

/**
 * Another customer with the same contact may be the same person, but nobody has proved it: only where one of the two
 * came by phone, so that no browser gets to read what another one wrote.
 */
async function areRelated(tx: Tx, a: TicketRow, b: TicketRow): Promise<boolean> {
  if (a.visitor_id !== null && b.visitor_id !== null) return false
  return merging.shareContact(tx.db, a.customer_id, b.customer_id)
}

// The customer has asked something new meanwhile, and one visitor has one open request.
const inWords = <T>(write: Promise<T>): Promise<T> =>
  write.catch((error: unknown) => {
    throw constraintOf(error) === 'tickets_one_open_a_visitor' ? refusal('merging.visitor_busy') : error
  })

/** In id order: two people who merge a pair both ways would otherwise wait for each other. */
async function lockBoth(tx: Tx, a: TicketId, b: TicketId): Promise<[TicketRow, TicketRow]> {
  const [first, second] = BigInt(a) <= BigInt(b) ? [a, b] : [b, a]
  const one = await lockTicket(tx, first)
  const two = first === second ? one : await lockTicket(tx, second)
  return one.id === a ? [one, two] : [two, one]
}

/** What is in somebody's hands is merged by them, or by the duty manager; what waits, by any agent. */
async function needHand(tx: Tx, ticket: TicketRow, epoch: number): Promise<void> {
  const open = await findOpenAssignment(tx.db, ticket.id)
  const mine = !open || (open.staffId === staffOf(tx) && open.epoch === epoch)
  if (!mine && !tx.actor.capabilities.has('desk.lead')) throw new Conflict('stale_assignment')
}

async function end(tx: Tx, { id: ticketId }: TicketRow): Promise<void> {
  const open = await findOpenAssignment(tx.db, ticketId)
  if (!open) return
  const { id: assignmentId, staffId, epoch } = open
  await endAssignmentRow(tx, assignmentId, 'merged')
  const payload = { ticketId, assignmentId, staffId: staffId satisfies StaffId, epoch, why: 'merged' as const }
  await announce(tx, 'assignment.ended', payload, { about: [`ticket:${ticketId}`, 'desk', 'board', `work:${staffId}`] })
}

/** Clocks and next times of both sides are what they now owe. */
async function follow(tx: Tx, from: TicketId, into: TicketId): Promise<void> {
  for (const id of [from, into]) {
    await storePromisedAt(tx, id)
    await keepClocks(tx, [id])
    await keepNext(tx, id)
  }
}

const topics = (from: TicketId, into: TicketId): { about: string[] } => ({
  about: [`ticket:${from}`, `ticket:${into}`, 'desk', 'board'],
})
