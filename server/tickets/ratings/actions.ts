import type { ShiftId, StaffId, TicketId } from '../../kernel/ids.ts'
import { refuse } from '../../kernel/refusal.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { needCustomerOf } from '../messages/actions.ts'
import { lockTicket, type TicketRow } from '../queries.ts'
import { handlersOf, ratingOf, storeAsked, storeByKey, storeGiven, storeWithdrawn } from './queries.ts'
import { type RatingReason, type RatingSource, whyNotRate } from './rules.ts'

export type Given = {
  service: number
  product: number | null
  reasons: RatingReason[]
  comment: string
  source: RatingSource
}

/** Asks for a rating of the round that just ended, and freezes who handled it. */
export async function askRating(tx: Tx, ticket: Pick<TicketRow, 'id' | 'round'>): Promise<void> {
  const handlers = await handlersOf(tx.db, ticket.id, ticket.round)
  const ratingId = await storeAsked(tx, ticket.id, ticket.round, handlers)
  if (ratingId)
    await announce(
      tx,
      'rating.asked',
      { ticketId: ticket.id, ratingId, round: ticket.round },
      { about: [`ticket:${ticket.id}`] },
    )
}

/** The customer's answer: service and product apart, once a round, by this customer only. */
export async function giveRating(tx: Tx, ticketId: TicketId, given: Given): Promise<void> {
  const ticket = await lockTicket(tx, ticketId)
  needCustomerOf(tx, ticket)
  const rating = await ratingOf(tx.db, ticketId)
  refuse(whyNotRate(rating))
  if (!rating) return
  await storeGiven(tx, rating.id, given)
  const { service, product } = given
  await announce(
    tx,
    'rating.given',
    { ticketId, ratingId: rating.id, round: rating.round, service, product },
    { about: [`ticket:${ticketId}`, 'board'] },
  )
}

/**
 * A key after a call: the same one rating a ticket and round as any other. Who spoke is who is rated, whatever was written
 * since; what was given before stands. False where it was.
 */
export async function givePhoneRating(
  tx: Tx,
  ticketId: TicketId,
  { score, handler }: { score: number; handler: { staffId: StaffId; shiftId: ShiftId | null } | null },
): Promise<boolean> {
  const ticket = await lockTicket(tx, ticketId)
  const spoke = handler && { staffId: handler.staffId, shiftId: handler.shiftId, messages: 0, share: 1 }
  const handlers = spoke ? [spoke] : await handlersOf(tx.db, ticketId, ticket.round)
  const ratingId = await storeByKey(tx, { ticketId, round: ticket.round, score, handlers })
  if (!ratingId) return false
  await announce(
    tx,
    'rating.given',
    { ticketId, ratingId, round: ticket.round, service: score, product: null },
    { about: [`ticket:${ticketId}`, 'board'] },
  )
  return true
}

/** The round goes on after all: what was asked and not answered is taken back. */
export async function withdrawRating(tx: Tx, ticket: Pick<TicketRow, 'id' | 'round'>): Promise<void> {
  const ratingId = await storeWithdrawn(tx, ticket.id, ticket.round)
  if (ratingId)
    await announce(
      tx,
      'rating.withdrawn',
      { ticketId: ticket.id, ratingId, round: ticket.round },
      { about: [`ticket:${ticket.id}`] },
    )
}
