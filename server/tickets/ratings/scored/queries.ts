import { sql } from 'kysely'
import type { ExclusionReason } from '../../../events/ratings.ts'
import type { Channel } from '../../../events/tickets.ts'
import type { CategoryId, CustomerId, RatingId, ShiftId, StaffId, TicketId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'
import type { Handler } from '../../tables.ts'
import { type Span, standings } from '../standing/queries.ts'
import { HOURS_A_BAND, monthOf, shareOf } from '../standing/rules.ts'

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

/** Every rating given in `[from, to)`, by when it arrived; those left out with their reason, for the card to say so. */
export async function ratingsForScore(db: Reader, { from, to }: Span, zone: string): Promise<ScoredRating[]> {
  const { rows } = await sql<Row>`
    select id, ticket_id, round, handlers, channel, category_id, customer_id, service, product, reasons, asked_at, given_at,
      floor(extract(hour from asked_at at time zone ${zone}))::integer as hour, reason, by, at, contested
    from (${await standings(db, { from, to }, zone)}) as s where given_at >= ${from}
    order by given_at, id`.execute(db)
  return rows.map((row) => scoredOf(row, zone))
}

/** A rating as a whole month is counted from it: what it is credited to, what it was about, and whether it counts. */
export type BriefRating = {
  readonly ratingId: RatingId
  readonly staffId: StaffId | null
  readonly shiftId: ShiftId | null
  /** channel × category × hour band, one text. */
  readonly stratum: string
  readonly service: number
  /** Given at `since` or after that. */
  readonly recent: boolean
  readonly reason: ExclusionReason | null
  readonly by: StaffId | 'customer' | 'record' | null
}

/** The same ratings as `ratingsForScore`, tens of thousands of them at once: narrow rows, and nothing that is not counted. */
export async function ratingsInBrief(
  db: Reader,
  { from, to, since }: Span & { readonly since: Date },
  zone: string,
): Promise<BriefRating[]> {
  // All of it comes out of one pass: to look each rating and its ticket up again cost a third of the whole.
  const { rows } = await sql<{ -readonly [Key in keyof BriefRating]: BriefRating[Key] }>`
    select id as "ratingId", credited_to::text as "staffId", credited_shift as "shiftId",
      channel || '|' || coalesce(category_id::text, '-') || '|' || floor(extract(hour from asked_at at time zone ${zone}) / ${sql.lit(HOURS_A_BAND)}) as stratum,
      service, given_at >= ${since} as recent, reason, case when reason is not null then coalesce(by, 'record') end as by
    from (${await standings(db, { from, to }, zone)}) as f where given_at >= ${from}`.execute(db)
  // A few hundred people, shifts and strata come again and again: each of these texts is kept once.
  const texts = new Map<string, string>()
  const once = <Text extends string | null>(text: Text): Text => {
    if (text === null) return text
    const known = texts.get(text)
    if (known === undefined) texts.set(text, text)
    return (known ?? text) as Text
  }
  for (const row of rows) {
    row.staffId = once(row.staffId)
    row.shiftId = once(row.shiftId)
    row.stratum = once(row.stratum)
    row.reason = once(row.reason)
    row.by = once(row.by)
  }
  return rows
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
