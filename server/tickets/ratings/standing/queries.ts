import { type RawBuilder, sql } from 'kysely'
import type { ContestGround, ExclusionReason } from '../../../events/ratings.ts'
import type { Channel } from '../../../events/tickets.ts'
import type { CategoryId, ContestId, CustomerId, RatingId, ShiftId, StaffId, TicketId } from '../../../kernel/ids.ts'
import { NotFound } from '../../../kernel/refusal.ts'
import { instantOf } from '../../../kernel/time.ts'
import type { Reader, Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Handler } from '../../tables.ts'
import { type Facts, HOURS_A_BAND, monthOf, PRODUCT_REASONS, shareOf } from './rules.ts'

/**
 * A given rating as the appraisal reads it. `staffId` is whom it is credited to: who said most in that round, frozen when
 * it was asked for; null where nobody of the staff spoke. `exclusion` says why it does not count for that person, null
 * where it does; a contested one counts until a second person has decided (`contested`).
 */
export type ScoredRating = {
  readonly ratingId: RatingId
  readonly ticketId: TicketId
  readonly round: number
  readonly staffId: StaffId | null
  readonly shiftId: ShiftId | null
  readonly handlers: readonly Handler[]
  readonly channel: Channel
  readonly categoryId: CategoryId | null
  /** Which three hours of the day the round ended in, 0 to 7. */
  readonly hourBand: number
  /** channel × category × hour band, one text. */
  readonly stratum: string
  readonly service: number
  readonly product: number | null
  readonly reasons: readonly string[]
  /** (service − 1) / 4 */
  readonly y: number
  readonly askedAt: Date
  readonly givenAt: Date
  /** `2026-11`, the month it arrived in. */
  readonly month: string
  readonly customerKey: CustomerId
  readonly exclusion: {
    readonly reason: ExclusionReason
    /** Whose word it is: the customer's own reason, the record's, or a colleague's. */
    readonly by: 'customer' | 'record' | StaffId
    readonly at: Date | null
  } | null
  readonly contested: boolean
}

type Row = {
  id: string
  ticket_id: string
  round: number
  handlers: Handler[]
  channel: Channel
  category_id: string | null
  customer_id: string
  hour: number
  service: number
  product: number | null
  reasons: string[]
  asked_at: Date
  given_at: Date
  reason: ExclusionReason | null
  by: string | null
  at: Date | null
  contested: boolean
}

type Span = { readonly from: Date; readonly to: Date }

/** Every rating given in `[from, to)`, by when it arrived; those left out with their reason, for the card to say so. */
export async function ratingsForScore(db: Reader, { from, to }: Span, zone: string): Promise<ScoredRating[]> {
  const { rows } = await sql<Row>`
    select id, ticket_id, round, handlers, channel, category_id, customer_id, service, product, reasons, asked_at, given_at,
      floor(extract(hour from asked_at at time zone ${zone}))::integer as hour, reason, by, at, contested
    from (${await standings(db, { from, to }, zone)}) as s where given_at >= ${from}
    order by given_at, id`.execute(db)
  return rows.map((row) => scoredOf(row, zone))
}

function scoredOf(row: Row, zone: string): ScoredRating {
  const [first] = row.handlers
  const hourBand = Math.floor(row.hour / HOURS_A_BAND)
  return {
    ratingId: row.id as RatingId,
    ticketId: row.ticket_id as TicketId,
    round: row.round,
    staffId: (first?.staffId ?? null) as StaffId | null,
    shiftId: (first?.shiftId ?? null) as ShiftId | null,
    handlers: row.handlers,
    channel: row.channel,
    categoryId: row.category_id as CategoryId | null,
    hourBand,
    stratum: `${row.channel}|${row.category_id ?? '-'}|${hourBand}`,
    service: row.service,
    product: row.product,
    reasons: row.reasons,
    y: shareOf(row.service),
    askedAt: row.asked_at,
    givenAt: row.given_at,
    month: monthOf(row.given_at, zone),
    customerKey: row.customer_id as CustomerId,
    exclusion: row.reason && { reason: row.reason, by: (row.by ?? 'record') as StaffId | 'record', at: row.at },
    contested: row.contested,
  }
}

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
        partition by g.customer_id, to_char(g.given_at at time zone ${zone}, 'YYYY-MM'), g.known is null
        order by g.given_at, g.id) as place
      from (
        select r.id, r.ticket_id, r.round, r.handlers, r.service, r.product, r.reasons, r.comment, r.asked_at, r.given_at,
          t.channel, t.category_id, t.customer_id, t.number,
          case when e.ticket_id is not null then 'abuse' when x.id is not null then x.reason
            when jsonb_array_length(r.handlers) = 0 then 'never_spoke' else ${productReason} end as known,
          case when e.ticket_id is not null then e.excluded_by::text when x.id is not null then x.excluded_by::text
            when jsonb_array_length(r.handlers) > 0 and ${productReason} is not null then 'customer' end as by,
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

/** @throws NotFound */
export async function ratingOfContest(db: Reader, id: ContestId): Promise<RatingId> {
  const row = await db.selectFrom('rating_contests').select('rating_id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row.rating_id as RatingId
}

export type ContestRow = {
  id: ContestId
  staffId: StaffId
  state: 'open' | 'counted' | 'excluded' | 'withdrawn'
  decidedBy: StaffId | null
  version: number
}

/** @throws NotFound */
export async function lockContest(tx: Tx, id: ContestId): Promise<ContestRow> {
  const row = await tx.db
    .selectFrom('rating_contests')
    .select(['id', 'staff_id', 'state', 'decided_by', 'version'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return {
    id,
    staffId: row.staff_id as StaffId,
    state: row.state,
    decidedBy: row.decided_by as StaffId | null,
    version: row.version,
  }
}

export async function contestOf(db: Reader, ratingId: RatingId, staffId: StaffId): Promise<ContestId | undefined> {
  const row = await db
    .selectFrom('rating_contests')
    .select('id')
    .where('rating_id', '=', ratingId)
    .where('staff_id', '=', staffId)
    .executeTakeFirst()
  return row?.id as ContestId | undefined
}

type NewContest = { ratingId: RatingId; staffId: StaffId; ground: ContestGround; words: string }

/** Undefined where this person has contested it already. */
export async function insertContest(
  tx: Tx,
  { ratingId, staffId, ground, words }: NewContest,
): Promise<ContestId | undefined> {
  const row = await tx.db
    .insertInto('rating_contests')
    .values({
      rating_id: ratingId,
      staff_id: staffId,
      ground,
      words,
      contested_at: tx.now,
      state: 'open',
      decided_by: null,
      decided_at: null,
      why: '',
    })
    .onConflict((conflict) => conflict.constraint('rating_contests_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as ContestId | undefined
}

export const settleContest = (
  tx: Tx,
  id: ContestId,
  { state, by, why }: { state: 'counted' | 'excluded' | 'withdrawn'; by: StaffId; why: string },
) =>
  tx.db
    .updateTable('rating_contests')
    .set({ state, decided_by: by, decided_at: tx.now, why, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

type NewExclusion = {
  ratingId: RatingId
  reason: ExclusionReason
  why: string
  by: StaffId
  contestId: ContestId | null
}

/** False where it is out already. */
export async function insertExclusion(
  tx: Tx,
  { ratingId, reason, why, by, contestId }: NewExclusion,
): Promise<boolean> {
  const row = await tx.db
    .insertInto('rating_exclusions')
    .values({
      rating_id: ratingId,
      reason,
      why,
      contest_id: contestId,
      excluded_by: by,
      excluded_at: tx.now,
      lifted_by: null,
      lifted_at: null,
      lifted_why: '',
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** The reason that was lifted; undefined where there was none in force. */
export async function liftExclusion(
  tx: Tx,
  ratingId: RatingId,
  { by, why }: { by: StaffId; why: string },
): Promise<ExclusionReason | undefined> {
  const row = await tx.db
    .updateTable('rating_exclusions')
    .set({ lifted_by: by, lifted_at: tx.now, lifted_why: why })
    .where('rating_id', '=', ratingId)
    .where('lifted_at', 'is', null)
    .returning('reason')
    .executeTakeFirst()
  return row?.reason
}
