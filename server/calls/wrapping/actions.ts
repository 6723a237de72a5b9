import { disengage } from '../../desk/engagements/actions.ts'
import type { CallId, TicketId } from '../../kernel/ids.ts'
import { refusal } from '../../kernel/refusal.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { getTicket, lockTicket } from '../../tickets/queries.ts'
import { givePhoneRating } from '../../tickets/ratings/actions.ts'
import { getCall, setCall } from '../queries.ts'
import type { WHY_NO_TICKET } from '../rules.ts'
import { lockMine } from '../talking/actions.ts'
import { fileInto, type Target } from './filing.ts'

export type WhyNoTicket = (typeof WHY_NO_TICKET)[number]

/** A call is written down: into a ticket, new or there already. Pressed twice it is one. */
export async function logCall(
  tx: Tx,
  id: CallId,
  { target, note }: { target: Target; note: string },
): Promise<TicketId> {
  if (target.kind === 'ticket') await lockTicket(tx, target.ticketId)
  const call = await lockMine(tx, id)
  if (call.logged_at && call.ticket_id) return call.ticket_id
  if (call.logged_at) throw refusal('calls.logged_already')
  const ticketId = await fileInto(tx, target, { number: call.number, note })
  const { customer_id: customerId } = await getTicket(tx.db, ticketId)
  await setCall(tx, id, {
    note,
    ticket_id: ticketId,
    customer_id: customerId,
    logged_at: tx.now,
    logged_by: staffOf(tx),
    logged_as: target.kind === 'new' ? 'new_ticket' : 'ticket',
  })
  if (call.state !== 'answered') await disengage(tx, { kind: 'call', ref: id })
  await announce(
    tx,
    'call.logged',
    {
      callId: id,
      lineId: call.line_id,
      ticketId,
      as: target.kind === 'new' ? 'new_ticket' : 'ticket',
      by: staffOf(tx),
    },
    { about: ['calls', 'board', `ticket:${ticketId}`] },
  )
  return ticketId
}

/** It was no request: a wrong number, silence. Written down all the same. */
export async function logWithoutTicket(
  tx: Tx,
  id: CallId,
  { why, note }: { why: WhyNoTicket; note: string },
): Promise<void> {
  const call = await lockMine(tx, id)
  if (call.logged_as === why) return
  if (call.logged_at) throw refusal('calls.logged_already')
  await setCall(tx, id, { note, logged_at: tx.now, logged_by: staffOf(tx), logged_as: why })
  if (call.state !== 'answered') await disengage(tx, { kind: 'call', ref: id })
  await announce(
    tx,
    'call.logged',
    { callId: id, lineId: call.line_id, ticketId: null, as: why, by: staffOf(tx) },
    { about: ['calls', 'board'] },
  )
}

/** A key that was pressed becomes the rating of the ticket, once the call has one. */
export async function landScore(tx: Tx, id: CallId): Promise<void> {
  const call = await getCall(tx.db, id)
  const { score, ticket_id: ticketId, answered_by: staffId, shift_id: shiftId } = call
  if (!score || !ticketId || call.score_landed || call.test) return
  await givePhoneRating(tx, ticketId, { score, handler: staffId ? { staffId, shiftId } : null })
  await setCall(tx, id, { score_landed: true })
}
