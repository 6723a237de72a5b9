import { type RawBuilder, sql } from 'kysely'
import type { ExclusionReason } from '../../../events/ratings.ts'
import type { CustomerId, RatingId, TicketId } from '../../../kernel/ids.ts'
import { NotFound } from '../../../kernel/refusal.ts'
import { instantOf } from '../../../kernel/time.ts'
import type { Reader, Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Handler } from '../../tables.ts'
import { type Facts, monthOf, PRODUCT_REASONS } from './rules.ts'

export type Span = { readonly from: Date; readonly to: Date }

/** In another statement: what the customer named that is the product's. */
const productReason = sql`(select v.reason from (values ${sql.join(
  Object.entries(PRODUCT_REASONS).map(([named, reason]) => sql`(${named}, ${reason})`),
)}) as v (named, reason) where v.named = any(r.reasons) limit 1)`

/**
 * In another statement: given ratings before `to` with what became of them, back to the beginning of the month that `from`
 * lies in, because of one customer's the first of a month count and those beyond do not.
 */
export async function standings(
  db: Reader,
  { from, to, customerId }: Span & { readonly customerId?: CustomerId },
  zone: string,
): Promise<RawBuilder<unknown>> {
  const { ratingsPerCustomerMonth } = await currentSettings(db)
  const monthBegan = instantOf(`${monthOf(from, zone)}-01`, '00:00', zone)
  return sql`
    select f.*, coalesce(f.known, case when f.place > ${ratingsPerCustomerMonth}::bigint then 'duplicate' end) as reason from (
      select g.*, row_number() over (
        partition by g.customer_id, date_trunc('month', g.given_at at time zone ${zone}), g.known is null
        order by g.given_at, g.id) as place
      from (
        select r.id, r.ticket_id, r.round, r.handlers, (r.handlers->0->>'staffId')::bigint as credited_to, r.handlers->0->>'shiftId' as credited_shift, r.service, r.product, r.reasons, r.comment, r.asked_at, r.given_at,
          t.channel, t.category_id, t.customer_id, t.number,
          case when e.ticket_id is not null then 'abuse' when x.id is not null then x.reason
            when jsonb_array_length(r.handlers) = 0 then 'never_spoke' when r.reasons <> '{}' then ${productReason} end as known,
          case when e.ticket_id is not null then e.excluded_by::text when x.id is not null then x.excluded_by::text
            when r.reasons <> '{}' and jsonb_array_length(r.handlers) > 0 and ${productReason} is not null then 'customer' end as by,
          case when e.ticket_id is not null then e.excluded_at when x.id is not null then x.excluded_at end as at,
          case when e.ticket_id is null then x.why end as excluded_why,
          exists (select from rating_contests c where c.rating_id = r.id and c.state = 'open') as contested
        from ratings r join tickets t on t.id = r.ticket_id
        left join ticket_exclusions e on e.ticket_id = r.ticket_id
        left join rating_exclusions x on x.rating_id = r.id and x.lifted_at is null
        where r.state = 'given' and r.given_at >= ${monthBegan} and r.given_at < ${to}
          ${customerId ? sql`and t.customer_id = ${customerId}` : sql``}
      ) as g
    ) as f`
}

export type Standing = Facts & {
  id: RatingId
  ticketId: TicketId
  handlers: Handler[]
  givenAt: Date | null
  /** The row of a person's decision in force. */
  exclusionId: string | null
}

/** One rating with what it stands at, its row locked. Lock its ticket first. @throws NotFound */
export async function lockStanding(tx: Tx, id: RatingId, zone: string): Promise<Standing> {
  const row = await tx.db
    .selectFrom('ratings')
    .select(['id', 'ticket_id', 'state', 'handlers', 'given_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  const { given_at: givenAt } = row
  const reason = givenAt && (await reasonOf(tx.db, id, givenAt, zone))
  const exclusion = await tx.db
    .selectFrom('rating_exclusions')
    .select('id')
    .where('rating_id', '=', id)
    .where('lifted_at', 'is', null)
    .executeTakeFirst()
  const contested = await tx.db
    .selectFrom('rating_contests')
    .select('id')
    .where('rating_id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return {
    id,
    ticketId: row.ticket_id as TicketId,
    handlers: row.handlers,
    givenAt,
    state: row.state,
    excluded: reason ?? null,
    contested: contested !== undefined,
    exclusionId: exclusion?.id ?? null,
  }
}

/** Of this customer's ratings alone: no other decides about it. */
async function reasonOf(db: Reader, id: RatingId, givenAt: Date, zone: string): Promise<ExclusionReason | null> {
  const { customer_id } = await db
    .selectFrom('ratings as r')
    .innerJoin('tickets as t', 't.id', 'r.ticket_id')
    .select('t.customer_id')
    .where('r.id', '=', id)
    .executeTakeFirstOrThrow()
  const span = { from: givenAt, to: new Date(givenAt.getTime() + 1), customerId: customer_id as CustomerId }
  const { rows } = await sql<{ reason: ExclusionReason | null }>`
    select reason from (${await standings(db, span, zone)}) as s where id = ${id}`.execute(db)
  return rows[0]?.reason ?? null
}

/** @throws NotFound */
export async function ticketOfRating(db: Reader, id: RatingId): Promise<TicketId> {
  const row = await db.selectFrom('ratings').select('ticket_id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row.ticket_id as TicketId
}
