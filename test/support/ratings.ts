import { type Kysely, sql } from 'kysely'
import type { Channel } from '../../server/events/tickets.ts'
import type { CategoryId, CustomerId, RatingId, ShiftId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import type { Database } from '../../server/schema.ts'
import { welcome } from './people.ts'

export type Rated = {
  /** Whom it is credited to; null: nobody of the staff spoke. */
  staffId: StaffId | null
  shiftId?: ShiftId | null
  service?: number
  product?: number | null
  reasons?: string[]
  comment?: string | null
  givenAt?: string
  customerId?: CustomerId
  channel?: Channel
  categoryId?: CategoryId | null
  state?: 'given' | 'asked'
}

/** A closed conversation with the rating that ended it, by their rows: for tests that need many. */
export async function rated(
  db: Kysely<Database>,
  {
    staffId,
    service = 5,
    product = null,
    reasons = [],
    comment = null,
    state = 'given',
    shiftId = null,
    ...rest
  }: Rated,
): Promise<{ ratingId: RatingId; ticketId: TicketId; customerId: CustomerId }> {
  const givenAt = new Date(rest.givenAt ?? '2026-11-24T01:30:00+08:00')
  const customerId = rest.customerId ?? (await welcome(db, '苏晴')).customerId
  const ticket = await db
    .insertInto('tickets')
    .values({
      state: 'closed',
      customer_id: customerId,
      visitor_id: null,
      channel: rest.channel ?? 'web',
      language: 'zh-CN',
      category_id: rest.categoryId ?? null,
      subject: '宽带断了',
      came_from: null,
      need: '恢复宽带',
      result: '已恢复',
      place_at: givenAt,
      created_at: givenAt,
      queued_at: givenAt,
      complained_at: null,
      answer_due_at: null,
      first_answered_at: givenAt,
      promised_at: null,
      last_message_at: givenAt,
      last_handler_id: staffId,
      resolved_at: givenAt,
      closes_at: null,
      closed_at: givenAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const handlers = staffId ? [{ staffId, shiftId, messages: 3, share: 1 }] : []
  const given = state === 'given'
  const row = await db
    .insertInto('ratings')
    .values({
      ticket_id: ticket.id,
      round: 1,
      state,
      asked_at: givenAt,
      handlers: JSON.stringify(handlers),
      service: given ? service : null,
      product: given ? product : null,
      reasons: given ? sql<string[]>`${reasons}::text[]` : [],
      comment: given ? comment : null,
      source: given ? 'chat' : null,
      given_at: given ? givenAt : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { ratingId: row.id as RatingId, ticketId: ticket.id as TicketId, customerId }
}
