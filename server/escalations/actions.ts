import { dutyOf } from '../attendance/contributions.ts'
import { raiseAlarm, settleAlarmsOf } from '../desk/alarms/actions.ts'
import type { ReturnReason } from '../events/escalations.ts'
import type { DepartmentId, EscalationId, StaffId, TicketId } from '../kernel/ids.ts'
import { Conflict, NotFound, refusal, refuse } from '../kernel/refusal.ts'
import { need, staffOf } from '../platform/actor.ts'
import { announce } from '../platform/transaction.ts'
import type { Reader, Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { liftHold } from '../tickets/holds/queries.ts'
import { postMessage } from '../tickets/messages/actions.ts'
import { endPromisesOf } from '../tickets/promises/actions.ts'
import { lockTicket, type TicketRow } from '../tickets/queries.ts'
import { pauseClocks, resumeClocks } from '../tickets/sla/actions.ts'
import { acceptMinutesOf } from './directory/queries.ts'
import { insertNote } from './notes/queries.ts'
import type { EscalationRow } from './queries.ts'
import * as escalations from './queries.ts'
import {
  BOUNCES_TO_MANAGER,
  type EscalationState,
  isWithDepartment,
  whyNotAnswer,
  whyNotMoveEscalation,
} from './rules.ts'
import type { Target } from './sending/queries.ts'

export const HOLD = 'escalation'
export const refOf = (id: EscalationId): string => `escalation:${id}`

export async function discard(tx: Tx, escalation: EscalationRow): Promise<void> {
  await escalations.setEscalation(tx, escalation.id, { state: 'withdrawn', ended_at: tx.now })
  await announce(tx, 'escalation.discarded', about(escalation), topicsOf(escalation))
}

/** A department may have a time of its own to accept in. */
export async function acceptMinutes(tx: Tx, target: Target): Promise<number> {
  const own = target.kind === 'department' ? await acceptMinutesOf(tx.db, target.departmentId) : null
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
export const sendBack = (tx: Tx, id: EscalationId, word: OwnersWord): Promise<void> =>
  writeToDepartment(tx, id, word, 'send_back')

/** What whoever has the conversation writes to the department, which has the request in hand again. */
export type OwnersWord = { epoch: number; clientId: string; body: string }
export async function writeToDepartment(
  tx: Tx,
  id: EscalationId,
  { epoch, ...word }: OwnersWord,
  step: 'send_back' | 'reply',
): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const by = await needOwner(tx, ticket, epoch)
  if (!(await insertNote(tx, { id, staffId: by, side: 'agent', ...word }))) return
  refuse(whyNotMoveEscalation(escalation.state, step))
  await move(tx, escalation, { state: 'accepted' })
  const name = step === 'reply' ? 'escalation.replied' : 'escalation.sent_back'
  await announce(tx, name, { ...about(escalation), by }, topicsOf(escalation))
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

/** Ticket first, then the request: the order of locks everywhere. @throws NotFound */
export async function lock(tx: Tx, id: EscalationId): Promise<{ ticket: TicketRow; escalation: EscalationRow }> {
  const ticket = await lockTicket(tx, await escalations.ticketOf(tx.db, id))
  return { ticket, escalation: await escalations.lockEscalation(tx, id) }
}

/**
 * Whoever has the ticket under this epoch; the duty manager may act for them, but speaks to the customer only with the
 * ticket in hand (`self`). 409 where the world has moved on.
 */
export async function needOwner(tx: Tx, ticket: TicketRow, epoch: number, { self = false } = {}): Promise<StaffId> {
  need(tx, 'escalation.send')
  const me = staffOf(tx)
  const owner = await escalations.ownerOf(tx.db, ticket.id)
  const mine = owner?.staffId === me && owner.epoch === epoch
  if (!mine && (self || !tx.actor.capabilities.has('escalation.lead'))) throw new Conflict('stale_assignment')
  return me
}

/** People of the department with its head and night contact, or of the post while on duty; the duty manager may act for them. Anybody else's is not there. */
export async function needHandler(tx: Tx, escalation: Handled): Promise<StaffId> {
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

export async function withdraw(
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
export async function move(tx: Tx, { id, ticket_id: ticketId }: EscalationRow, change: Moved): Promise<void> {
  await escalations.setEscalation(tx, id, change)
  if (isWithDepartment(change.state)) await pauseClocks(tx, ticketId, id)
  else await resumeClocks(tx, ticketId, id)
}

type Moved = Parameters<typeof escalations.setEscalation>[2] & { readonly state: EscalationState }

export const about = ({ id: escalationId, ticket_id: ticketId }: Pick<EscalationRow, 'id' | 'ticket_id'>) => ({
  escalationId,
  ticketId,
})

/** The ticket's page, the desks, and the inbox of whoever was asked. */
export function topicsOf(one: Pick<EscalationRow, 'ticket_id' | 'department_id' | 'post'>): { about: string[] } {
  const inbox = one.department_id ? [`department:${one.department_id}`] : one.post ? [`post:${one.post}`] : []
  return { about: [`ticket:${one.ticket_id}`, 'desk', 'board', 'escalations', ...inbox] }
}
