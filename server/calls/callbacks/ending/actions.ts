import type { CallbackEnd } from '../../../events/calls.ts'
import type { CallbackId, CallId, StaffId, TicketId } from '../../../kernel/ids.ts'
import { refusal, refuse } from '../../../kernel/refusal.ts'
import { staffOf } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { endPromisesOf } from '../../../tickets/promises/actions.ts'
import { getTicket, lockTicket } from '../../../tickets/queries.ts'
import { getCall } from '../../queries.ts'
import { fileInto, type Target } from '../../wrapping/filing.ts'
import { calm, lockMine, lockOpenOf, type Row, refOf, TOPICS } from '../hand.ts'
import * as callbacks from '../queries.ts'
import { type GiveUpReason, whyNotGiveUp, whyNotMoveCallback } from '../rules.ts'

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
