import { type Duty, dutyOf } from '../attendance/contributions.ts'
import { instant } from '../events/event.ts'
import type { AssignmentEnd, Channel } from '../events/tickets.ts'
import type { Post } from '../kernel/capabilities.ts'
import type { CategoryId, CustomerId, MessageId, ShiftId, StaffId, TicketId, VisitorId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { Conflict, refusal, refuse } from '../kernel/refusal.ts'
import { HOUR, plus, SECOND } from '../kernel/time.ts'
import { need, staffOf } from '../platform/actor.ts'
import { hashOf, newToken } from '../platform/tokens.ts'
import { announce, announceAll } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { FileDetails } from './files/rules.ts'
import { type Accepted, needCustomerOf, postMessage, sayHouse } from './messages/actions.ts'
import { storePromisedAt } from './promises/queries.ts'
import type { OpenAssignment, TicketRow } from './queries.ts'
import * as tickets from './queries.ts'
import { askRating, withdrawRating } from './ratings/actions.ts'
import {
  resolvedBy,
  subjectOf,
  whyNotMove,
  whyNotReopen,
  whyNotResolve,
  whyNotTransferTo,
  whyNotUndo,
} from './rules.ts'
import { waitingOn } from './waiting/queries.ts'

export type Opening = {
  customerId: CustomerId
  visitorId: VisitorId | null
  channel: Channel
  language: Language
  categoryId: CategoryId | null
  question: string
  clientId: string
  cameFrom: string | null
  /** Somebody is on post: the customer waits in the live queue. Else it is kept as new, with what we promised. */
  live: boolean
  promisedAt: Date | null
}
type How = 'offer' | 'took' | 'given' | 'transfer' | 'entered' | 'undo'

const topics = (id: TicketId, ...more: string[]): { about: string[] } => ({
  about: [`ticket:${id}`, 'desk', 'board', ...more],
})

/** What was opened: with the token of its private link, which is returned once. */
export type Opened = {
  ticketId: TicketId
  number: string
  subject: string
  state: 'new' | 'queued'
  linkToken: string
  messageId: MessageId
}

/** A question becomes a ticket, its words become message 1, the house says that they have come, and a private link is made. */
export async function openTicket(tx: Tx, opening: Opening): Promise<Opened> {
  const { live, question, clientId, promisedAt, ...ticket } = opening
  const state = live ? 'queued' : 'new'
  const subject = subjectOf(question)
  const linkToken = newToken()
  const { id, number, messageIds } = await tickets.insertTicket(tx, {
    ...ticket,
    state,
    subject,
    promisedAt,
    answerDueAt: plus(tx.now, (await answerSeconds(tx)) * SECOND),
    link: hashOf(linkToken),
    question: { clientId, body: question },
    answer: {
      clientId: crypto.randomUUID(),
      ...(promisedAt
        ? { code: 'promised', details: { at: promisedAt.toISOString() } }
        : { code: 'received', details: {} }),
    },
  })
  const [messageId, answerId] = messageIds
  const words = { about: [`ticket:${id}`] }
  const { channel, categoryId } = ticket
  await announceAll(tx, [
    { name: 'ticket.created', payload: { ticketId: id, channel, categoryId, round: 1 }, ...topics(id) },
    { name: 'message.posted', payload: { ticketId: id, messageId, seq: 1, by: 'customer' }, ...words },
    { name: 'message.posted', payload: { ticketId: id, messageId: answerId, seq: 2, by: 'house' }, ...words },
    ...(live
      ? [
          {
            name: 'ticket.queued',
            payload: { ticketId: id, round: 1, head: false, why: 'asked' },
            ...topics(id),
          } as const,
        ]
      : []),
  ])
  return { ticketId: id, number, subject, state, linkToken, messageId }
}

/** A request left while nobody was on post enters the live queue. */
export async function queueTicket(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  if (ticket.state !== 'new') return
  // Nothing counts before it is in the queue: its clocks begin now.
  const answerDueAt = plus(tx.now, (await answerSeconds(tx)) * SECOND)
  await tickets.setTicket(tx, id, { state: 'queued', queued_at: tx.now, answer_due_at: answerDueAt })
  await announce(
    tx,
    'ticket.queued',
    { ticketId: id, round: ticket.round, head: ticket.head, why: 'opened' },
    topics(id),
  )
}

/** A request that came by phone, written down by the agent who took the call and theirs at once. */
export async function enterTicket(
  tx: Tx,
  entry: Omit<Opening, 'visitorId' | 'channel' | 'cameFrom' | 'live' | 'promisedAt'>,
): Promise<{ ticketId: TicketId; number: string }> {
  need(tx, 'ticket.enter')
  const { ticketId, number } = await openTicket(tx, {
    ...entry,
    visitorId: null,
    channel: 'phone',
    cameFrom: null,
    live: true,
    promisedAt: null,
  })
  const staffId = staffOf(tx)
  await assignTicket(tx, ticketId, { staffId, shiftId: await shiftOf(tx, staffId), how: 'entered' })
  return { ticketId, number }
}

/** The ticket is this person's from now on, under a new epoch. The index of open assignments lets only one be the first. */
export async function assignTicket(
  tx: Tx,
  id: TicketId,
  to: { staffId: StaffId; shiftId: ShiftId | null; how: How },
): Promise<{ epoch: number }> {
  const ticket = await tickets.lockTicket(tx, id)
  refuse(whyNotMove(ticket.state, 'assign'))
  return begin(tx, ticket, to)
}

/** From whoever has it to somebody else, by the duty manager's word; what the first still writes is stale from now on. */
export async function reassignTicket(
  tx: Tx,
  id: TicketId,
  to: { staffId: StaffId; shiftId: ShiftId | null; how: 'took' | 'given' },
): Promise<{ epoch: number }> {
  const ticket = await tickets.lockTicket(tx, id)
  refuse(whyNotMove(ticket.state, 'transfer'))
  const open = await tickets.findOpenAssignment(tx.db, id)
  // Not `transferred`: that could be taken back by whoever lost it.
  if (open) await finish(tx, ticket, open, 'returned')
  return begin(tx, ticket, to)
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
  const assignment = await tickets.findOpenAssignment(tx.db, id)
  if (!assignment || ticket.state !== 'open') return
  await finish(tx, ticket, assignment, why)
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
  refuse(whyNotMove(ticket.state, 'transfer') ?? whyNotTransferTo(assignment.staffId, to, postOf(duty)))
  await finish(tx, ticket, assignment, 'transferred')
  await begin(tx, ticket, { staffId: to, shiftId: duty?.shiftId ?? null, how: 'transfer' })
}

/** Takes a wrong transfer back while the colleague has not written yet. */
export async function undoTransfer(tx: Tx, id: TicketId): Promise<void> {
  need(tx, 'desk.work')
  const ticket = await tickets.lockTicket(tx, id)
  const last = await tickets.findLastAssignment(tx.db, id)
  const present = await tickets.findOpenAssignment(tx.db, id)
  const { undoSeconds } = await currentSettings(tx.db)
  const answered = present ? await tickets.hasSpoken(tx.db, id, present) : true
  refuse(whyNotUndo({ last, by: staffOf(tx), why: 'transferred', undoSeconds, now: tx.now, tooLate: answered }))
  if (!present || !last) return
  await finish(tx, ticket, present, 'transferred')
  await begin(tx, ticket, { staffId: last.staffId, shiftId: last.shiftId, how: 'undo' })
}

/** Need, category and result as the agent understands them (REGULATION row 15); each may be saved before the others are known. */
export async function describeTicket(
  tx: Tx,
  id: TicketId,
  words: { epoch: number; categoryId: CategoryId | null; need: string | null; result: string | null },
): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  await needAssignment(tx, ticket, words.epoch)
  await tickets.setTicket(tx, id, { category_id: words.categoryId, need: words.need, result: words.result })
  await announce(tx, 'ticket.described', { ticketId: id, categoryId: words.categoryId }, topics(id))
}

/** Solved: the customer has 72 hours to say otherwise, and is asked to rate. */
export async function resolveTicket(tx: Tx, id: TicketId, { epoch }: { epoch: number }): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  const assignment = await needAssignment(tx, ticket, epoch)
  refuse(whyNotResolve(ticket, await tickets.listHolds(tx.db, id)))
  await finish(tx, ticket, assignment, 'resolved')
  await resolved(tx, ticket, assignment.staffId)
}

/** The customer says it is solved, or leaves the queue. */
export async function endByCustomer(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  needCustomerOf(tx, ticket)
  if (ticket.state === 'resolved' || ticket.state === 'closed') return
  refuse(whyNotMove(ticket.state, 'resolve'))
  const assignment = await tickets.findOpenAssignment(tx.db, id)
  if (assignment) await finish(tx, ticket, assignment, 'resolved')
  await resolved(tx, ticket, null)
}

/** Takes a wrong resolve back: the round goes on with the same person. */
export async function undoResolve(tx: Tx, id: TicketId): Promise<void> {
  need(tx, 'desk.work')
  const ticket = await tickets.lockTicket(tx, id)
  refuse(whyNotMove(ticket.state, 'undo'))
  const last = await tickets.findLastAssignment(tx.db, id)
  const { undoSeconds } = await currentSettings(tx.db)
  const tooLate = (await tickets.isRated(tx.db, id, ticket.round)) || (await tickets.isConfirmed(tx.db, id))
  const by = staffOf(tx)
  refuse(whyNotUndo({ last: resolvedBy(ticket, last), by, why: 'resolved', undoSeconds, now: tx.now, tooLate }))
  if (!last) return
  // What was asked and not answered is still owed.
  await tickets.setTicket(tx, id, { waiting_on: await waitingOn(tx.db, id) })
  await withdrawRating(tx, ticket)
  await announce(tx, 'ticket.resolve_undone', { ticketId: id, round: ticket.round }, topics(id))
  await begin(tx, ticket, { staffId: last.staffId, shiftId: last.shiftId, how: 'undo' })
}

/** "Yes, it is solved": the customer says so before the silence does. It stays resolved, and a word still reopens it. */
export async function confirmSolved(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  needCustomerOf(tx, ticket)
  if (ticket.state === 'closed') return
  if (ticket.state !== 'resolved') throw refusal('tickets.not_resolved_yet')
  if (!(await tickets.storeConfirmed(tx, id))) return
  await announce(tx, 'ticket.confirmed', { ticketId: id, round: ticket.round }, topics(id))
}

/** Within 72 hours: by the customer to the head of the queue, by an agent on duty to their own desk. A new round either way. */
export async function reopenTicket(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  if (tx.actor.kind === 'staff') need(tx, 'desk.work')
  else needCustomerOf(tx, ticket)
  await reopen(tx, ticket)
  if (tx.actor.kind !== 'staff') return
  const staffId = staffOf(tx)
  await assignTicket(tx, id, { staffId, shiftId: await shiftOf(tx, staffId), how: 'took' })
}

/** The customer's word in a conversation; on a resolved ticket it reopens it, to the head of the queue. */
export async function writeAsCustomer(
  tx: Tx,
  id: TicketId,
  word: { clientId: string; body: string; file?: FileDetails },
): Promise<Accepted> {
  needCustomerOf(tx, await tickets.getCustomerSide(tx.db, id))
  const message = { ticketId: id, by: { kind: 'customer' }, ...word } as const
  try {
    return await postMessage(tx, message)
  } catch (error) {
    if (!(error instanceof Conflict) || error.code !== 'conversation_closed') throw error
    const ticket = await tickets.lockTicket(tx, id)
    if (ticket.state !== 'resolved') throw error
    await reopen(tx, ticket)
    return postMessage(tx, message)
  }
}

/** Silence is over: nothing reopens it any more. */
export async function closeTicket(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  if (ticket.state !== 'resolved' || !ticket.closes_at || ticket.closes_at > tx.now) return
  await tickets.setTicket(tx, id, { state: 'closed', closed_at: tx.now })
  await announce(tx, 'ticket.closed', { ticketId: id, round: ticket.round }, topics(id))
}

/** The complaint button: marked, at the head of the queue, and the duty manager hears of it (REGULATION row 59). */
export async function complain(tx: Tx, id: TicketId): Promise<void> {
  const locked = await tickets.lockTicket(tx, id)
  needCustomerOf(tx, locked)
  if (locked.complained_at && locked.state !== 'resolved') return
  if (locked.state === 'resolved') await reopen(tx, locked)
  else refuse(whyNotMove(locked.state, 'resolve'))
  await markComplaint(tx, id)
}

/** The customer complains to the agent who has the conversation, by word or on the phone: the same as their own button. */
export async function noteComplaint(tx: Tx, id: TicketId, { epoch }: { epoch: number }): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  await needAssignment(tx, ticket, epoch)
  if (!ticket.complained_at) await markComplaint(tx, id)
}

async function markComplaint(tx: Tx, id: TicketId): Promise<void> {
  await tickets.setTicket(tx, id, { complained_at: tx.now, head: true })
  await sayHouse(tx, id, 'complained')
  const { round } = await tickets.lockTicket(tx, id)
  await announce(tx, 'ticket.complained', { ticketId: id, round }, topics(id))
}

/** Not a request at all. It leaves the queue and every count. */
export async function markSpam(tx: Tx, id: TicketId, { epoch }: { epoch: number }): Promise<void> {
  const ticket = await tickets.lockTicket(tx, id)
  const assignment = await needAssignment(tx, ticket, epoch)
  refuse(whyNotMove(ticket.state, 'mark_spam'))
  await finish(tx, ticket, assignment, 'spam')
  await tickets.setTicket(tx, id, { state: 'spam', closed_at: tx.now, answer_due_at: null })
  await announce(tx, 'ticket.marked_spam', { ticketId: id }, topics(id))
}

/** The acting person's open assignment under this epoch; 409 where the world has moved on (RELIABILITY 10). */
async function needAssignment(tx: Tx, ticket: TicketRow, epoch: number): Promise<OpenAssignment> {
  need(tx, 'desk.work')
  const assignment = await tickets.findOpenAssignment(tx.db, ticket.id)
  if (!assignment || assignment.epoch !== epoch || assignment.staffId !== staffOf(tx))
    throw new Conflict('stale_assignment')
  return assignment
}

async function begin(
  tx: Tx,
  ticket: TicketRow,
  { staffId, shiftId, how }: { staffId: StaffId; shiftId: ShiftId | null; how: How },
): Promise<{ epoch: number }> {
  const epoch = ticket.epoch + 1
  const { id: ticketId, round } = ticket
  const assignmentId = await tickets.insertAssignment(tx, { ticketId, staffId, shiftId, round, epoch })
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

async function finish(
  tx: Tx,
  ticket: TicketRow,
  { id: assignmentId, staffId, epoch }: OpenAssignment,
  why: AssignmentEnd,
): Promise<void> {
  await tickets.endAssignmentRow(tx, assignmentId, why)
  await announce(
    tx,
    'assignment.ended',
    { ticketId: ticket.id, assignmentId, staffId, epoch, why },
    topics(ticket.id, `work:${staffId}`),
  )
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
  await tickets.storeFirstContact(tx, ticket.id, by !== null && (await tickets.isFirstContact(tx.db, ticket.id)))
  await sayHouse(tx, ticket.id, 'resolved')
  await announce(
    tx,
    'ticket.resolved',
    { ticketId: ticket.id, round: ticket.round, by, closesAt: instant(closesAt) },
    topics(ticket.id),
  )
  if (ticket.first_answered_at) await askRating(tx, ticket)
}

async function reopen(tx: Tx, ticket: TicketRow): Promise<void> {
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
  await tickets.storeFirstContact(tx, ticket.id, false)
  await sayHouse(tx, ticket.id, 'reopened')
  const by = tx.actor.kind === 'staff' ? 'staff' : 'customer'
  await announce(tx, 'ticket.reopened', { ticketId: ticket.id, round, by }, topics(ticket.id))
  await announce(tx, 'ticket.queued', { ticketId: ticket.id, round, head: true, why: 'reopened' }, topics(ticket.id))
}

const answerSeconds = async (tx: Tx): Promise<number> => (await currentSettings(tx.db)).answerSeconds
/** Whoever only finishes after their shift gets nothing new. */
const postOf = (duty: Duty | null): Post | null => (duty && duty.state !== 'extended' ? duty.post : null)
const shiftOf = async (tx: Tx, staffId: StaffId): Promise<ShiftId | null> =>
  (await dutyOf(tx.db, staffId, tx.now))?.shiftId ?? null
