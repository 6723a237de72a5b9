import { dutyOf } from '../../attendance/contributions.ts'
import { engage } from '../../desk/engagements/actions.ts'
import type { CallId } from '../../kernel/ids.ts'
import { refusal, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { type Call, topicsOf, wasLive } from '../actions.ts'
import * as calls from '../queries.ts'
import { whyNotClaim } from '../rules.ts'

/** "I take it": the card closes on every other desk. The first press counts, and twice is once. */
export async function claimCall(tx: Tx, id: CallId): Promise<void> {
  need(tx, 'call.work')
  const me = staffOf(tx)
  const call = await calls.lockCall(tx, id)
  if ((call.answered_by ?? call.claimed_by) === me) return
  refuse(whyNotClaim({ ...call, claimedBy: call.claimed_by, answeredBy: call.answered_by }, me))
  const answeredBy = call.answered_at ? me : null
  const duty = await dutyOf(tx.db, me, tx.now)
  const change = {
    claimed_by: me,
    claimed_at: tx.now,
    ...(answeredBy ? { answered_by: me, shift_id: duty?.shiftId ?? null } : {}),
  }
  await calls.setCall(tx, id, change)
  if (wasLive(call)) await engage(tx, { kind: 'call', ref: id, staffId: me })
  await announce(
    tx,
    'call.claimed',
    { callId: id, lineId: call.line_id, staffId: me },
    topicsOf({ ...call, ...change }),
  )
}

/** Not me: the card goes from this desk alone. */
export async function declineCall(tx: Tx, id: CallId): Promise<void> {
  need(tx, 'call.work')
  const staffId = staffOf(tx)
  const call = await calls.lockCall(tx, id)
  if (!(await calls.storeDecline(tx, id, staffId))) return
  await announce(tx, 'call.declined', { callId: id, lineId: call.line_id, staffId }, { about: [`work:${staffId}`] })
}

/** What the agent writes while they talk; kept with the call, and a note of its ticket once there is one. */
export async function noteCall(tx: Tx, id: CallId, note: string): Promise<void> {
  const call = await lockMine(tx, id)
  if (call.logged_at) throw refusal('calls.logged_already', {}, 'note')
  if (call.note === note) return
  await calls.setCall(tx, id, { note })
  await announce(tx, 'call.noted', { callId: id, lineId: call.line_id, by: staffOf(tx) }, { about: [] })
}

/** The agent ends the talk with a question: keys from now on are the answer. */
export async function askForKey(tx: Tx, id: CallId): Promise<void> {
  const call = await lockMine(tx, id)
  if (call.rating_asked_at) return
  if (call.state !== 'answered') throw refusal('calls.not_talking')
  await calls.setCall(tx, id, { rating_asked_at: tx.now })
}

/** The call of whoever acts; the duty manager may do it for them. */
export async function lockMine(tx: Tx, id: CallId): Promise<Call> {
  need(tx, 'call.work')
  const call = await calls.lockCall(tx, id)
  const holder = call.answered_by ?? call.claimed_by
  if (holder !== staffOf(tx) && !tx.actor.capabilities.has('desk.lead')) throw refusal('calls.not_yours')
  return call
}
