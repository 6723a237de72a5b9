import { dutyOf } from '../attendance/contributions.ts'
import { raiseAlarm, settleAlarmsOf } from '../desk/alarms/actions.ts'
import type { ReturnReason } from '../events/escalations.ts'
import { instant } from '../events/event.ts'
import type { DepartmentId, EscalationId, StaffId, TicketId } from '../kernel/ids.ts'
import { Conflict, NotFound, refusal, refuse } from '../kernel/refusal.ts'
import { MINUTE, plus } from '../kernel/time.ts'
import { need, staffOf } from '../platform/actor.ts'
import { announce, constraintOf } from '../platform/transaction.ts'
import type { Reader, Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { liftHold, setHold } from '../tickets/holds/queries.ts'
import { postMessage } from '../tickets/messages/actions.ts'
import { endPromisesOf, promise, replacePromises } from '../tickets/promises/actions.ts'
import { lockTicket, type TicketRow } from '../tickets/queries.ts'
import { pauseClocks, resumeClocks } from '../tickets/sla/actions.ts'
import type { EscalationRow, Target } from './queries.ts'
import * as escalations from './queries.ts'
import {
  BOUNCES_TO_MANAGER,
  type EscalationState,
  further,
  isLate,
  isOpen,
  isWithDepartment,
  type Sending,
  STEPS,
  type TargetPost,
  whyNotAnswer,
  whyNotMoveEscalation,
  whyNotSend,
} from './rules.ts'

const HOLD = 'escalation'
const refOf = (id: EscalationId): string => `escalation:${id}`

/** The agent decides that somebody else must help: from now on the clock of the hand-over runs (REGULATION row 37). */
export async function decideEscalation(
  tx: Tx,
  ticketId: TicketId,
  { epoch }: { epoch: number },
): Promise<EscalationId> {
  const ticket = await lockTicket(tx, ticketId)
  const me = await needOwner(tx, ticket, epoch)
  const { id, made } = await escalations.storeDecision(tx, ticket, me)
  if (made) await announce(tx, 'escalation.decided', { escalationId: id, ticketId, by: me }, topics({ ticketId }))
  return id
}

/** Not needed after all: so says whoever decided it, or has the ticket now. Nothing had left the house yet. */
export async function discardDecision(tx: Tx, id: EscalationId): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const owner = await escalations.ownerOf(tx.db, ticket.id)
  if (![escalation.decided_by, owner?.staffId].includes(staffOf(tx))) throw new NotFound()
  if (escalation.state === 'decided') await discard(tx, escalation)
}

/** What was decided and never sent goes with its ticket. */
async function discardAll(tx: Tx, ticketId: TicketId): Promise<void> {
  for (const { id } of await escalations.listDecidedOf(tx.db, ticketId))
    await discard(tx, await escalations.lockEscalation(tx, id))
}

async function discard(tx: Tx, escalation: EscalationRow): Promise<void> {
  await escalations.setEscalation(tx, escalation.id, { state: 'withdrawn', ended_at: tx.now })
  await announce(tx, 'escalation.discarded', about(escalation), topicsOf(escalation))
}

/**
 * To a department or to a post on duty, with everything they need. The ticket is held until the customer has been told.
 * One open request a ticket and target is an index: a second one is refused in words.
 */
export async function sendEscalation(
  tx: Tx,
  id: EscalationId,
  { epoch, target, ...words }: Sending & { epoch: number; target: Target },
): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const me = await needOwner(tx, ticket, epoch)
  if (escalation.state === 'sent') return
  refuse(whyNotMoveEscalation(escalation.state, 'send'))
  refuse(whyNotSend(words, await escalations.factsOfTarget(tx.db, target, tx.now), tx.now))
  const { escalationHandoverMinutes } = await currentSettings(tx.db)
  const acceptBy = plus(tx.now, (await acceptMinutes(tx, target)) * MINUTE)
  const to = {
    department_id: target.kind === 'department' ? target.departmentId : null,
    person_id: target.kind === 'department' ? target.personId : null,
    post: target.kind === 'post' ? target.post : null,
  }
  const shown = {
    state: 'sent' as const,
    need: words.need,
    tried: words.tried,
    contact: words.contact,
    promised_at: words.promisedAt,
    sent_at: tx.now,
    sent_by: me,
    accept_due_at: acceptBy,
    step: 0,
  }
  await inWords(move(tx, escalation, { ...to, ...shown }))
  await setHold(tx, ticket.id, HOLD, id)
  const promised = await promise(tx, ticket, { kind: 'result', dueAt: words.promisedAt, ref: refOf(id) })
  const returned = await escalations.listReturnedOf(tx.db, ticket.id)
  await replacePromises(tx, ticket.id, returned.map(refOf), promised)
  await announce(
    tx,
    'escalation.sent',
    {
      ...about(escalation),
      departmentId: to.department_id,
      personId: to.person_id,
      post: to.post,
      acceptBy: instant(acceptBy),
      promisedAt: instant(words.promisedAt),
      late: isLate(escalation.decided_at, tx.now, escalationHandoverMinutes),
    },
    topicsOf({ ...escalation, ...to }),
  )
}

/** A department may have a time of its own to accept in. */
async function acceptMinutes(tx: Tx, target: Target): Promise<number> {
  const own = target.kind === 'department' ? await escalations.acceptMinutesOf(tx.db, target.departmentId) : null
  return own ?? (await currentSettings(tx.db)).departmentAcceptMinutes
}

/** Ours. The first press wins; a second one by the same person changes nothing. */
export async function acceptEscalation(tx: Tx, id: EscalationId): Promise<void> {
  const { escalation } = await lock(tx, id)
  const me = await needHandler(tx, escalation)
  if (escalation.state === 'accepted' && escalation.accepted_by === me) return
  if (escalation.state === 'accepted') throw refusal('escalations.accepted_already')
  refuse(whyNotMoveEscalation(escalation.state, 'accept'))
  await accept(tx, escalation, me)
}

/** In somebody's hands: no more steps up, and the alarms about it are settled. */
export async function accept(tx: Tx, escalation: EscalationRow, by: StaffId): Promise<void> {
  await move(tx, escalation, {
    state: 'accepted',
    accepted_at: tx.now,
    accepted_by: by,
    accept_due_at: null,
  })
  await settleAlarmsOf(tx, escalation.ticket_id, ['escalation_unaccepted'])
  await announce(tx, 'escalation.accepted', { ...about(escalation), by }, topicsOf(escalation))
}

/** The department needs to know more; the agent's clock runs again. */
export async function askBack(tx: Tx, id: EscalationId, word: { clientId: string; body: string }): Promise<void> {
  const { escalation } = await lock(tx, id)
  const by = await needHandler(tx, escalation)
  if (!(await escalations.insertNote(tx, { id, staffId: by, side: 'department', ...word }))) return
  if (escalation.state === 'sent') await accept(tx, escalation, by)
  else refuse(whyNotMoveEscalation(escalation.state, 'ask_back'))
  await move(tx, escalation, { state: 'asked_back' })
  await announce(tx, 'escalation.asked_back', { ...about(escalation), by }, topicsOf(escalation))
}

/** The agent answers what the department asked. */
export async function replyToDepartment(
  tx: Tx,
  id: EscalationId,
  { epoch, ...word }: { epoch: number; clientId: string; body: string },
): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const by = await needOwner(tx, ticket, epoch)
  if (!(await escalations.insertNote(tx, { id, staffId: by, side: 'agent', ...word }))) return
  refuse(whyNotMoveEscalation(escalation.state, 'reply'))
  await move(tx, escalation, { state: 'accepted' })
  await announce(tx, 'escalation.replied', { ...about(escalation), by }, topicsOf(escalation))
}

/** A word between the two sides that asks for nothing. */
export async function noteOnEscalation(
  tx: Tx,
  id: EscalationId,
  word: { clientId: string; body: string },
): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const by = staffOf(tx)
  const owner = await escalations.ownerOf(tx.db, ticket.id)
  const side = owner?.staffId === by ? 'agent' : 'department'
  if (side === 'department') await needHandler(tx, escalation)
  if (!isOpen(escalation.state) && escalation.state !== 'told') throw refusal('escalations.not_now.note')
  if (await escalations.insertNote(tx, { id, staffId: by, side, ...word }))
    await announce(tx, 'escalation.noted', { ...about(escalation), by }, topicsOf(escalation))
}

/** The result for colleagues, and apart from it what the customer will read. Whoever answers has accepted. */
export async function answerEscalation(
  tx: Tx,
  id: EscalationId,
  words: { result: string; forCustomer: string },
): Promise<void> {
  const { escalation } = await lock(tx, id)
  const by = await needHandler(tx, escalation)
  const same =
    escalation.state === 'answered' &&
    escalation.result === words.result &&
    escalation.for_customer === words.forCustomer
  if (same) return
  refuse(whyNotAnswer(escalation.state === 'sent' ? 'accepted' : escalation.state, words))
  if (escalation.state === 'sent') await accept(tx, escalation, by)
  await move(tx, escalation, {
    state: 'answered',
    answered_at: tx.now,
    answered_by: by,
    result: words.result,
    for_customer: words.forCustomer,
  })
  await announce(tx, 'escalation.answered', { ...about(escalation), by }, topicsOf(escalation))
}

/** The answer does not help: back to the department with what is missing. */
export async function sendBack(
  tx: Tx,
  id: EscalationId,
  { epoch, ...word }: { epoch: number; clientId: string; body: string },
): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const by = await needOwner(tx, ticket, epoch)
  if (!(await escalations.insertNote(tx, { id, staffId: by, side: 'agent', ...word }))) return
  refuse(whyNotMoveEscalation(escalation.state, 'send_back'))
  await move(tx, escalation, { state: 'accepted' })
  await announce(tx, 'escalation.sent_back', { ...about(escalation), by }, topicsOf(escalation))
}

/** The result reaches the customer, in the words that the agent stands for; the hold is lifted (REGULATION row 38). */
export async function tellCustomer(
  tx: Tx,
  id: EscalationId,
  { epoch, clientId, body }: { epoch: number; clientId: string; body: string },
): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const by = await needOwner(tx, ticket, epoch, { self: true })
  if (escalation.state === 'told') return
  refuse(whyNotMoveEscalation(escalation.state, 'tell'))
  await postMessage(tx, { ticketId: ticket.id, by: { kind: 'staff', staffId: by, epoch }, clientId, body })
  await move(tx, escalation, { state: 'told', told_at: tx.now, told_by: by })
  await liftHold(tx, ticket.id, HOLD, id)
  await endPromisesOf(tx, ticket.id, refOf(id), 'kept')
  await announce(tx, 'escalation.told', { ...about(escalation), by }, topicsOf(escalation))
}

/** "Not ours": a reason, and who could do better. After two of them the duty manager decides. */
export async function returnEscalation(
  tx: Tx,
  id: EscalationId,
  { reason, words, better }: { reason: ReturnReason; words: string; better: DepartmentId | null },
): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const by = await needHandler(tx, escalation)
  if (escalation.state === 'returned') return
  refuse(whyNotMoveEscalation(escalation.state, 'return'))
  if (better !== null && better === escalation.department_id) throw refusal('escalations.better_is_same', {}, 'better')
  await move(tx, escalation, {
    state: 'returned',
    ended_at: tx.now,
    accept_due_at: null,
    return_reason: reason,
    return_words: words,
    better_department_id: better,
  })
  await liftHold(tx, ticket.id, HOLD, id)
  await settleAlarmsOf(tx, ticket.id, ['escalation_unaccepted'])
  const bounce = await escalations.countBounces(tx.db, ticket.id, ticket.round)
  await announce(tx, 'escalation.returned', { ...about(escalation), by, reason, bounce }, topicsOf(escalation))
  if (bounce >= BOUNCES_TO_MANAGER) await raiseAlarm(tx, 'escalation_bounced', ticket.id)
}

/** The agent needs it no longer; or the customer has ended the ticket. */
export async function withdrawEscalation(tx: Tx, id: EscalationId, { epoch }: { epoch: number }): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  await needOwner(tx, ticket, epoch)
  if (escalation.state === 'withdrawn') return
  refuse(whyNotMoveEscalation(escalation.state, 'withdraw'))
  await withdraw(tx, escalation, 'agent')
}

/** Whoever had these has left the house, or their post: they wait for somebody again, with a new time to accept. */
export async function releaseOf(tx: Tx, staffId: StaffId, which: 'all' | 'of_post'): Promise<void> {
  for (const { id } of await escalations.listHeldBy(tx.db, staffId, which)) {
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
  for (const { id } of await escalations.listOpenOf(tx.db, ticketId))
    await withdraw(tx, await escalations.lockEscalation(tx, id), 'ticket_ended')
}

/** Told and the round resolved: nothing is left to follow. */
export async function closeTold(tx: Tx, ticketId: TicketId): Promise<void> {
  await lockTicket(tx, ticketId)
  for (const { id } of await escalations.listToldOf(tx.db, ticketId)) {
    const escalation = await escalations.lockEscalation(tx, id)
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
  const moved = await escalations.moveToTicket(tx, from, into)
  await moveClocks(tx, from, into, moved)
}

/** Both tickets had asked the same target, and one open request a ticket and target is the rule: the one that has come further is followed up. */
async function withdrawDoubles(tx: Tx, from: TicketId, into: TicketId): Promise<void> {
  const others = await escalations.listOpenOf(tx.db, into)
  for (const one of await escalations.listOpenOf(tx.db, from)) {
    const other = others.find((two) => two.department_id === one.department_id && two.post === one.post)
    if (!other) continue
    const { id } = further(one, other) ? other : one
    // What holds the ticket, and what was promised, has gone to the one that is left.
    await withdraw(tx, await escalations.lockEscalation(tx, id), 'merged', into)
  }
}

/** Taken out again: what came along goes back. */
export async function followSplit(tx: Tx, from: TicketId, into: TicketId): Promise<void> {
  await lockBoth(tx, from, into)
  const moved = await escalations.moveBack(tx, from, into)
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

/** Nobody has accepted in time: the duty manager hears of it, and after as long again the head of the department. Never early. */
export async function stepUp(tx: Tx, id: EscalationId): Promise<void> {
  const { escalation } = await lock(tx, id)
  if (escalation.state !== 'sent' || !escalation.accept_due_at || escalation.accept_due_at > tx.now) return
  const step = STEPS[escalation.step]
  if (!step) return
  const { departmentAcceptMinutes } = await currentSettings(tx.db)
  const last = escalation.step + 1 >= STEPS.length || escalation.post !== null
  await escalations.setEscalation(tx, id, {
    step: escalation.step + 1,
    accept_due_at: last ? null : plus(escalation.accept_due_at, departmentAcceptMinutes * MINUTE),
  })
  if (step === 'manager') await raiseAlarm(tx, 'escalation_unaccepted', escalation.ticket_id, id)
  await announce(
    tx,
    'escalation.stepped_up',
    { ...about(escalation), step, departmentId: escalation.department_id },
    topicsOf(escalation),
  )
}

/** In id order, as everywhere. */
async function lockBoth(tx: Tx, a: TicketId, b: TicketId): Promise<void> {
  for (const id of [a, b].toSorted((x, y) => Number(BigInt(x) - BigInt(y)))) await lockTicket(tx, id)
}

/** Ticket first, then the request: the order of locks everywhere. @throws NotFound */
export async function lock(tx: Tx, id: EscalationId): Promise<{ ticket: TicketRow; escalation: EscalationRow }> {
  const ticket = await lockTicket(tx, await escalations.ticketOf(tx.db, id))
  return { ticket, escalation: await escalations.lockEscalation(tx, id) }
}

/**
 * Whoever has the ticket under this epoch; the duty manager may act for them, but speaks to the customer only with the
 * ticket in hand (`self`). 409 where the world has moved on.
 */
async function needOwner(tx: Tx, ticket: TicketRow, epoch: number, { self = false } = {}): Promise<StaffId> {
  need(tx, 'escalation.send')
  const me = staffOf(tx)
  const owner = await escalations.ownerOf(tx.db, ticket.id)
  const mine = owner?.staffId === me && owner.epoch === epoch
  if (!mine && (self || !tx.actor.capabilities.has('escalation.lead'))) throw new Conflict('stale_assignment')
  return me
}

/** People of the department with its head and night contact, or of the post while on duty; the duty manager may act for them. Anybody else's is not there. */
async function needHandler(tx: Tx, escalation: Handled): Promise<StaffId> {
  const me = staffOf(tx)
  if (await mayHandle(tx, escalation)) return me
  throw new NotFound()
}

type Asking = Pick<Tx, 'now' | 'actor'> & { readonly db: Reader }
type Handled = Pick<EscalationRow, 'post' | 'department_id'>

/** Whether the acting person may take, answer or return a request to this target now. */
export async function mayHandle(tx: Asking, target: Handled): Promise<boolean> {
  const { capabilities } = tx.actor
  if (capabilities.has('escalation.lead')) return true
  if (!capabilities.has('escalation.handle')) return false
  const me = staffOf(tx)
  if (target.post !== null) return (await dutyOf(tx.db, me, tx.now))?.post === target.post
  return target.department_id !== null && escalations.answersFor(tx.db, me, target.department_id)
}

async function withdraw(
  tx: Tx,
  escalation: EscalationRow,
  why: 'agent' | 'ticket_ended' | 'merged',
  heldOn: TicketId = escalation.ticket_id,
): Promise<void> {
  await move(tx, escalation, { state: 'withdrawn', ended_at: tx.now, accept_due_at: null })
  await liftHold(tx, heldOn, HOLD, escalation.id)
  await endPromisesOf(tx, heldOn, refOf(escalation.id), 'void')
  await settleAlarmsOf(tx, escalation.ticket_id, ['escalation_unaccepted'])
  await announce(tx, 'escalation.withdrawn', { ...about(escalation), why }, topicsOf(escalation))
}

/** Writes a request's new state; while a department has it the agent's clocks stand still, and run again when it is back. */
async function move(tx: Tx, { id, ticket_id: ticketId }: EscalationRow, change: Moved): Promise<void> {
  await escalations.setEscalation(tx, id, change)
  if (isWithDepartment(change.state)) await pauseClocks(tx, ticketId, id)
  else await resumeClocks(tx, ticketId, id)
}
type Moved = Parameters<typeof escalations.setEscalation>[2] & { readonly state: EscalationState }

const about = ({ id: escalationId, ticket_id: ticketId }: Pick<EscalationRow, 'id' | 'ticket_id'>) => ({
  escalationId,
  ticketId,
})

/** The ticket's page, the desks, and the inbox of whoever was asked. */
export function topicsOf(one: Pick<EscalationRow, 'ticket_id' | 'department_id' | 'post'>): { about: string[] } {
  const inbox = one.department_id ? [`department:${one.department_id}`] : one.post ? [`post:${one.post}`] : []
  return { about: [`ticket:${one.ticket_id}`, 'desk', 'board', 'escalations', ...inbox] }
}
const topics = ({ ticketId }: { ticketId: TicketId }): { about: string[] } => ({
  about: [`ticket:${ticketId}`, 'desk', 'board'],
})

// Two sends at the same second pass the rules and meet in the table.
const inWords = <T>(write: Promise<T>): Promise<T> =>
  write.catch((error: unknown) => {
    throw constraintOf(error) === 'escalations_one_open' ? refusal('escalations.open_already', {}, 'target') : error
  })
