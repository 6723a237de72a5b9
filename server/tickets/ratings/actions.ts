import type { TicketId } from '../../kernel/ids.ts'
import { refuse } from '../../kernel/refusal.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { needCustomerOf } from '../messages/actions.ts'
import { lockTicket, type TicketRow } from '../queries.ts'
import { handlersOf, ratingOf, storeAsked, storeGiven, storeWithdrawn } from './queries.ts'
import { type RatingReason, whyNotRate } from './rules.ts'

export type Given = {
  service: number
  product: number | null
  reasons: RatingReason[]
  comment: string
  source: 'chat' | 'request'
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
