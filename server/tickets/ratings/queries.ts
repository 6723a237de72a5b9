import { sql } from 'kysely'
import type { RatingId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Handler } from '../tables.ts'
import type { RatingSource } from './rules.ts'

export type RatingView = {
  id: RatingId
  round: number
  state: 'asked' | 'given' | 'withdrawn'
  service: number | null
  product: number | null
  reasons: string[]
  comment: string | null
  askedAt: Date
}

/** The rating of the ticket's present round. */
export async function ratingOf(db: Reader, ticketId: TicketId): Promise<RatingView | undefined> {
  const row = await db
    .selectFrom('ratings as r')
    .innerJoin('tickets as t', (join) => join.onRef('t.id', '=', 'r.ticket_id').onRef('t.round', '=', 'r.round'))
    .select(['r.id', 'r.round', 'r.state', 'r.service', 'r.product', 'r.reasons', 'r.comment', 'r.asked_at'])
    .where('r.ticket_id', '=', ticketId)
    .executeTakeFirst()
  return (
    row && {
      id: row.id as RatingId,
      round: row.round,
      state: row.state,
      service: row.service,
      product: row.product,
      reasons: row.reasons,
      comment: row.comment,
      askedAt: row.asked_at,
    }
  )
}

/** Who spoke for us in a round, under which shift, and which share of our messages was theirs. */
export async function handlersOf(db: Reader, ticketId: TicketId, round: number): Promise<Handler[]> {
  const { rows } = await sql<{ staff_id: string; shift_id: string | null; messages: number }>`
    select m.staff_id, (
      select a.shift_id from assignments a where a.ticket_id = m.ticket_id and a.round = m.round and a.staff_id = m.staff_id
      order by a.epoch desc limit 1) as shift_id, count(*)::integer as messages
    from messages m where m.ticket_id = ${ticketId} and m.round = ${round} and m.staff_id is not null
    group by m.ticket_id, m.round, m.staff_id order by count(*) desc, m.staff_id`.execute(db)
  const all = rows.reduce((sum, row) => sum + row.messages, 0)
  return rows.map((row) => ({
    staffId: row.staff_id,
    shiftId: row.shift_id,
    messages: row.messages,
    share: Math.round((row.messages / all) * 1000) / 1000,
  }))
}

/** Asks, or asks anew where the round was resolved, undone and resolved again. A given rating stays as it is. */
export async function storeAsked(
  tx: Tx,
  ticketId: TicketId,
  round: number,
  handlers: Handler[],
): Promise<RatingId | undefined> {
  const frozen = JSON.stringify(handlers)
  const row = await tx.db
    .insertInto('ratings')
    .values({
      ticket_id: ticketId,
      round,
      state: 'asked',
      asked_at: tx.now,
      handlers: frozen,
      service: null,
      product: null,
      comment: null,
      source: null,
      given_at: null,
    })
    .onConflict((conflict) =>
      conflict
        .constraint('ratings_once_a_round')
        .doUpdateSet({ state: 'asked', asked_at: tx.now, handlers: frozen })
        .where('ratings.state', '=', 'withdrawn'),
    )
    .returning('id')
    .executeTakeFirst()
  return row?.id as RatingId | undefined
}

export async function storeGiven(
  tx: Tx,
  id: RatingId,
  given: { service: number; product: number | null; reasons: string[]; comment: string; source: RatingSource },
): Promise<void> {
  await tx.db
    .updateTable('ratings')
    .set({
      state: 'given',
      service: given.service,
      product: given.product,
      reasons: given.reasons,
      comment: given.comment || null,
      source: given.source,
      given_at: tx.now,
    })
    .where('id', '=', id)
    .execute()
}

/** Given by a key, asked for or not; undefined where one was given in this round before. */
export async function storeByKey(
  tx: Tx,
  given: { ticketId: TicketId; round: number; score: number; handlers: Handler[] },
): Promise<RatingId | undefined> {
  const row = await tx.db
    .insertInto('ratings')
    .values({
      ticket_id: given.ticketId,
      round: given.round,
      state: 'given',
      asked_at: tx.now,
      handlers: JSON.stringify(given.handlers),
      service: given.score,
      product: null,
      comment: null,
      source: 'phone',
      given_at: tx.now,
    })
    .onConflict((conflict) =>
      conflict
        .constraint('ratings_once_a_round')
        .doUpdateSet({
          state: 'given',
          service: given.score,
          handlers: JSON.stringify(given.handlers),
          source: 'phone',
          given_at: tx.now,
        })
        .where('ratings.state', '<>', 'given'),
    )
    .returning('id')
    .executeTakeFirst()
  return row?.id as RatingId | undefined
}

/** Takes back a rating nobody has given yet. */
export async function storeWithdrawn(tx: Tx, ticketId: TicketId, round: number): Promise<RatingId | undefined> {
  const row = await tx.db
    .updateTable('ratings')
    .set({ state: 'withdrawn' })
    .where('ticket_id', '=', ticketId)
    .where('round', '=', round)
    .where('state', '=', 'asked')
    .returning('id')
    .executeTakeFirst()
  return row?.id as RatingId | undefined
}
