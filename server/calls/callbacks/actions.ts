import { raiseAlarm, settleAlarmsOfKind } from '../../desk/alarms/actions.ts'
import type { CallbackEnd } from '../../events/calls.ts'
import { instant } from '../../events/event.ts'
import type { CallbackId, CallId, StaffId, TicketId } from '../../kernel/ids.ts'
import { refusal, refuse } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { endPromisesOf, promise } from '../../tickets/promises/actions.ts'
import { whyNotPromise } from '../../tickets/promises/rules.ts'
import { getTicket, lockTicket } from '../../tickets/queries.ts'
import { getCall, isBannedNumber, lockCall, setCall, staffNamed } from '../queries.ts'
import { isUnanswered } from '../rules.ts'
import { fileInto, type Target } from '../wrapping/filing.ts'
import * as callbacks from './queries.ts'
import {
  type AttemptOutcome,
  type GiveUpReason,
  isOpenCallback,
  whyNotGiveUp,
  whyNotMine,
  whyNotMoveCallback,
} from './rules.ts'

type Row = callbacks.CallbackRow

/**
 * Nobody took it: the number is owed a call, within ten minutes of the first (REGULATION row 14). The same number again
 * only counts. Nothing is owed where somebody has spoken with them since, or where the caller is banned.
 */
export async function oweCall(tx: Tx, callId: CallId): Promise<void> {
  const call = await lockCall(tx, callId)
  const { number } = call
  if (call.direction !== 'in' || call.test || !number || call.callback_id || !isUnanswered(call.state)) return
  // Of a call that was never said to ring nobody knows whether it was one.
  if (call.cause === 'stuck' && !call.rang_at) return
  if (await callbacks.wasSpokenWith(tx.db, number, call.began_at)) return
  if (await isBannedNumber(tx.db, number, tx.now)) return
  const { callbackMinutes } = await currentSettings(tx.db)
  const dueAt = plus(tx.now, callbackMinutes * MINUTE)
  const made = await callbacks.insertCallback(tx, { number, lineId: call.line_id, at: call.began_at, dueAt })
  const open = made ? undefined : await callbacks.findOpenOf(tx.db, number)
  const id = made ?? open?.id
  if (!id) throw new Error(`no callback of call ${callId} is open`)
  await setCall(tx, callId, { callback_id: id })
  const facts = { callbackId: id, lineId: call.line_id, callId }
  if (made) return announce(tx, 'callback.opened', { ...facts, dueAt: instant(dueAt) }, TOPICS)
  const row = await callbacks.lockCallback(tx, id)
  const times = row.times + 1
  await callbacks.setCallback(tx, id, { times, last_at: call.began_at > row.last_at ? call.began_at : row.last_at })
  await announce(tx, 'callback.repeated', { ...facts, times }, TOPICS)
}

/** Somebody has spoken with this number: whatever was missed before is settled. */
export async function settleAnswered(tx: Tx, callId: CallId): Promise<void> {
  const call = await getCall(tx.db, callId)
  if (!call.number || !call.answered_at || call.test) return
  const row = await lockOpenOf(tx, call.number)
  if (!row) return
  const { last } = await callbacks.missedOf(tx.db, row.id)
  // They rang again after that talk: that is still owed.
  if (last && last > call.answered_at) return
  const why = call.direction === 'in' ? 'answered' : 'called'
  await end(tx, row, { state: 'done', why, by: call.answered_by })
}

/** A call of this number was written down, or a request of theirs was entered. */
export async function settleLogged(
  tx: Tx,
  number: string,
  by: { staffId: StaffId; ticketId: TicketId | null },
): Promise<void> {
  const row = await lockOpenOf(tx, number)
  // What was entered for the promise itself settles nothing.
  if (!row || (row.ticket_id && row.ticket_id === by.ticketId)) return
  await end(tx, row, { state: 'done', why: 'logged', by: by.staffId })
}

/** We called and nobody lifted, as the line tells it. */
export async function noteUnansweredCall(tx: Tx, callId: CallId): Promise<void> {
  const call = await getCall(tx.db, callId)
  if (call.direction !== 'out' || !call.number || call.test) return
  const row = await lockOpenOf(tx, call.number)
  const staffId = (await staffNamed(tx.db, call.users[0] ?? '')) ?? row?.claimed_by
  if (!row || !staffId) return
  const outcome = call.cause === 'busy' ? 'busy' : 'no_answer'
  await attempt(tx, row, { staffId, outcome, words: '', clientId: crypto.randomUUID() })
}

/** Mine: nobody else calls them meanwhile. The duty manager may take one over. */
export async function claimCallback(tx: Tx, id: CallbackId): Promise<void> {
  need(tx, 'call.work')
  const me = staffOf(tx)
  const row = await callbacks.lockCallback(tx, id)
  if (row.state === 'claimed' && row.claimed_by === me) return
  if (row.state === 'claimed' && !tx.actor.capabilities.has('desk.lead')) throw refusal('callbacks.taken_already')
  if (row.state !== 'claimed') refuse(whyNotMoveCallback(row.state, 'claim'))
  await callbacks.setCallback(tx, id, { state: 'claimed', claimed_by: me, claimed_at: tx.now })
  await announce(tx, 'callback.claimed', { callbackId: id, lineId: row.line_id, by: me }, TOPICS)
}

/** Back to everybody. */
export async function releaseCallback(tx: Tx, id: CallbackId): Promise<void> {
  const row = await lockMine(tx, id)
  if (row.state === 'due') return
  refuse(whyNotMoveCallback(row.state, 'release'))
  await release(tx, row)
}

/** Whoever had these has gone off post: they are carried on, and wait for the next. */
export async function releaseCallbacksOf(tx: Tx, staffId: StaffId): Promise<void> {
  for (const id of await callbacks.listClaimedBy(tx.db, staffId)) {
    const row = await callbacks.lockCallback(tx, id)
    if (row.state === 'claimed' && row.claimed_by === staffId) await release(tx, row)
  }
}

async function release(tx: Tx, row: Row): Promise<void> {
  if (!row.claimed_by) return
  await callbacks.setCallback(tx, row.id, { state: 'due', claimed_by: null, claimed_at: null })
  await announce(tx, 'callback.released', { callbackId: row.id, lineId: row.line_id, from: row.claimed_by }, TOPICS)
}

/** We called: how it went. Twice with one client id is once. */
export async function tryCallback(
  tx: Tx,
  id: CallbackId,
  tried: { outcome: AttemptOutcome; words: string; clientId: string },
): Promise<void> {
  const row = await lockMine(tx, id)
  if (!isOpenCallback(row.state)) throw refusal('callbacks.not_now.try')
  await attempt(tx, row, { ...tried, staffId: staffOf(tx) })
}

async function attempt(
  tx: Tx,
  row: Row,
  { staffId, outcome, words, clientId }: { staffId: StaffId; outcome: AttemptOutcome; words: string; clientId: string },
): Promise<void> {
  const { id: callbackId, line_id: lineId } = row
  if (!(await callbacks.insertAttempt(tx, { callbackId, clientId, staffId, outcome, words }))) return
  await callbacks.setCallback(tx, callbackId, { attempts: row.attempts + 1 })
  await announce(tx, 'callback.tried', { callbackId, lineId, by: staffId, outcome }, TOPICS)
}

/**
 * "We call you at three": a promise like any other, on a ticket. Where there is none yet it is entered with it, and the
 * new time is when the call is due.
 */
export async function promiseCallback(
  tx: Tx,
  id: CallbackId,
  { dueAt, target }: { dueAt: Date; target: Target | null },
): Promise<void> {
  const before = await callbacks.getCallback(tx.db, id)
  if (before.ticket_id) await lockTicket(tx, before.ticket_id)
  const row = await lockMine(tx, id)
  if (!isOpenCallback(row.state)) throw refusal('callbacks.not_now.promise')
  if (row.promised_at?.getTime() === dueAt.getTime()) return
  refuse(whyNotPromise(dueAt, tx.now))
  const ticketId = row.ticket_id ?? (target ? await fileInto(tx, target, { number: row.number, note: '' }) : null)
  if (!ticketId) throw refusal('callbacks.needs_a_ticket', {}, 'question')
  const ticket = await lockTicket(tx, ticketId)
  if (row.promise_id) await endPromisesOf(tx, ticketId, refOf(id), 'void')
  const promiseId = await promise(tx, ticket, { kind: 'call', dueAt, ref: refOf(id) })
  await callbacks.setCallback(tx, id, {
    ticket_id: ticketId,
    customer_id: ticket.customer_id,
    promise_id: promiseId,
    promised_at: dueAt,
    due_at: dueAt,
    overdue_at: null,
  })
  const facts = { callbackId: id, lineId: row.line_id, promiseId, ticketId, dueAt: instant(dueAt) }
  await announce(tx, 'callback.promised', facts, { about: [...TOPICS.about, `ticket:${ticketId}`] })
  await calm(tx)
}

/** They were reached: with a note, or into a ticket. */
export async function endCallback(
  tx: Tx,
  id: CallbackId,
  { note, target }: { note: string; target: Target | null },
): Promise<TicketId | null> {
  const before = await callbacks.getCallback(tx.db, id)
  if (before.ticket_id) await lockTicket(tx, before.ticket_id)
  if (target?.kind === 'ticket' && target.ticketId !== before.ticket_id) await lockTicket(tx, target.ticketId)
  const row = await lockMine(tx, id)
  if (row.state === 'done') return row.ticket_id
  refuse(whyNotMoveCallback(row.state, 'end'))
  if (!target && note.trim() === '') throw refusal('callbacks.note_missing', {}, 'note')
  const ticketId = target ? await fileInto(tx, target, { number: row.number, note }) : null
  await end(tx, row, { state: 'done', why: ticketId ? 'logged' : 'noted', by: staffOf(tx), words: note })
  if (!ticketId) return null
  const { customer_id } = await getTicket(tx.db, ticketId)
  await callbacks.setCallback(tx, id, { ticket_id: ticketId, customer_id })
  return ticketId
}

/** Nobody calls any more, with the reason. */
export async function giveUpCallback(
  tx: Tx,
  id: CallbackId,
  { reason, words }: { reason: GiveUpReason; words: string },
): Promise<void> {
  const before = await callbacks.getCallback(tx.db, id)
  if (before.ticket_id) await lockTicket(tx, before.ticket_id)
  const row = await lockMine(tx, id)
  if (row.state === 'given_up') return
  refuse(whyNotMoveCallback(row.state, 'give_up'))
  const { callbackTries } = await currentSettings(tx.db)
  refuse(whyNotGiveUp(reason, row.attempts, callbackTries))
  await end(tx, row, { state: 'given_up', why: reason, by: staffOf(tx), words })
}

/** Its time is over and they have not been called: the duty manager knows. Never early, once. */
export async function noteOverdue(tx: Tx, id: CallbackId): Promise<void> {
  const row = await callbacks.lockCallback(tx, id)
  if (!isOpenCallback(row.state) || row.due_at > tx.now || row.overdue_at) return
  await callbacks.setCallback(tx, id, { overdue_at: tx.now })
  await announce(tx, 'callback.overdue', { callbackId: id, lineId: row.line_id, times: row.times }, TOPICS)
  await raiseAlarm(tx, 'callback_overdue', null)
}

async function end(
  tx: Tx,
  row: Row,
  { state, why, by, words = '' }: { state: 'done' | 'given_up'; why: CallbackEnd; by: StaffId | null; words?: string },
): Promise<void> {
  const { id: callbackId, line_id: lineId, ticket_id: ticketId } = row
  await callbacks.setCallback(tx, callbackId, {
    state,
    ended_at: tx.now,
    ended_by: by,
    ended_why: why,
    words: words.trim() || null,
  })
  if (ticketId) await endPromisesOf(tx, ticketId, refOf(callbackId), state === 'done' ? 'kept' : 'void')
  if (state === 'done') await announce(tx, 'callback.done', { callbackId, lineId, by, why }, TOPICS)
  else if (by) await announce(tx, 'callback.given_up', { callbackId, lineId, by, why, attempts: row.attempts }, TOPICS)
  await calm(tx)
}

/** Nothing is overdue any more: the bell stops. */
async function calm(tx: Tx): Promise<void> {
  if (!(await callbacks.isAnyOverdue(tx.db))) await settleAlarmsOfKind(tx, 'callback_overdue')
}

/** Its ticket is locked before it (DESIGN 3.1). */
async function lockOpenOf(tx: Tx, number: string): Promise<Row | undefined> {
  const found = await callbacks.findOpenOf(tx.db, number)
  if (!found) return undefined
  if (found.ticket_id) await lockTicket(tx, found.ticket_id)
  const row = await callbacks.lockCallback(tx, found.id)
  return isOpenCallback(row.state) ? row : undefined
}

async function lockMine(tx: Tx, id: CallbackId): Promise<Row> {
  need(tx, 'call.work')
  const row = await callbacks.lockCallback(tx, id)
  if (isOpenCallback(row.state) && !tx.actor.capabilities.has('desk.lead'))
    refuse(whyNotMine(row.claimed_by, staffOf(tx)))
  return row
}

/** What the promise belongs to. */
const refOf = (id: CallbackId): string => `callback:${id}`
const TOPICS = { about: ['calls', 'board'] } as const
