import { raiseAlarm } from '../../desk/alarms/actions.ts'
import { instant } from '../../events/event.ts'
import type { CallbackId, CallId, StaffId } from '../../kernel/ids.ts'
import { refusal, refuse } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { endPromisesOf, promise } from '../../tickets/promises/actions.ts'
import { whyNotPromise } from '../../tickets/promises/rules.ts'
import { lockTicket } from '../../tickets/queries.ts'
import { getCall, isBannedNumber, lockCall, setCall, staffNamed } from '../queries.ts'
import { isUnanswered } from '../rules.ts'
import { fileInto, type Target } from '../wrapping/filing.ts'
import { calm, lockMine, lockOpenOf, type Row, refOf, TOPICS } from './hand.ts'
import * as callbacks from './queries.ts'
import { type AttemptOutcome, isOpenCallback, whyNotMoveCallback } from './rules.ts'

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

/** Its time is over and they have not been called: the duty manager knows. Never early, once. */
export async function noteOverdue(tx: Tx, id: CallbackId): Promise<void> {
  const row = await callbacks.lockCallback(tx, id)
  if (!isOpenCallback(row.state) || row.due_at > tx.now || row.overdue_at) return
  await callbacks.setCallback(tx, id, { overdue_at: tx.now })
  await announce(tx, 'callback.overdue', { callbackId: id, lineId: row.line_id, times: row.times }, TOPICS)
  await raiseAlarm(tx, 'callback_overdue', null)
}
