import { type RawBuilder, sql } from 'kysely'
import type { ExclusionReason } from '../../../events/ratings.ts'
import type { Channel } from '../../../events/tickets.ts'
import type { RatingId, TicketId } from '../../../kernel/ids.ts'
import { localOf } from '../../../kernel/time.ts'
import type { Reader } from '../../../schema.ts'
import { standings } from '../../../tickets/ratings/standing/queries.ts'
import { backwards, type Filter, instantsOf } from '../../filters/rules.ts'
import { keptAndLive } from '../keeping/queries.ts'

type Named = { readonly name: string; readonly nameEn: string }
/** A rating as the lists tell it: what was said, and whether it counts. */
export type Said = {
  readonly ratingId: RatingId
  readonly ticketId: TicketId
  readonly number: string
  readonly customerName: string
  readonly channel: Channel
  readonly staff: Named | null
  readonly service: number
  readonly product: number | null
  readonly reasons: string[]
  readonly comment: string | null
  readonly givenAt: Date
  readonly reason: ExclusionReason | null
  readonly by: string | null
  readonly byName: Named | null
  readonly excludedWhy: string | null
  readonly contested: boolean
}

/** Those with words, or those left out of the appraisal. */
export type SaidList = 'words' | 'excluded'
type Asking = { readonly filter: Filter; readonly zone: string }
type Wanted = { readonly only: SaidList; readonly limit: number; readonly before?: RatingId | null }
/** Where a rating stands in a list, the newest first, and what was found of it. */
type Found = { id: RatingId; at: string; reason: ExclusionReason | null; by: string | null }

/**
 * Ratings of these days one by one, the newest first, from `before` on: of months that are kept as many rows are read as are
 * shown, of the others a month at a time, until there are enough.
 */
export async function listSaid(
  db: Reader,
  { filter, zone }: Asking,
  { only, limit, before = null }: Wanted,
): Promise<Said[]> {
  const last = before && (await givenAtOf(db, before))
  if (before && !last) return []
  const days = last ? localOf(last, zone).date : filter.to
  const span = { ...filter, to: days < filter.to ? days : filter.to }
  const { kept, live } = await keptAndLive(db, span, zone)
  const older = before
    ? sql`and (r.given_at, r.id) < (select x.given_at, x.id from ratings x where x.id = ${before})`
    : sql``
  const found: Found[] = []
  for (const stretch of live.toReversed().flatMap(backwards)) {
    const source = await givenLive(db, stretch, zone)
    found.push(...(await pick(db, { source, filter, only, older, limit: limit - found.length })))
    if (found.length >= limit) break
  }
  if (kept.length > 0)
    found.push(...(await pick(db, { source: givenKept(span, kept, zone), filter, only, older, limit })))
  return told(db, found.toSorted(newestFirst).slice(0, limit))
}

/** Every rating of these days, the newest first: what a sheet of them holds. */
export async function listAll(db: Reader, { filter, zone }: Asking, limit: number): Promise<Said[]> {
  const source = await givenLive(db, filter, zone)
  return told(db, await pick(db, { source, filter, only: null, older: sql``, limit }))
}

const newestFirst = (a: Found, b: Found): number => b.at.localeCompare(a.at) || (BigInt(b.id) > BigInt(a.id) ? 1 : -1)

async function givenAtOf(db: Reader, id: RatingId): Promise<Date | null> {
  const row = await db.selectFrom('ratings').select('given_at').where('id', '=', id).executeTakeFirst()
  return row?.given_at ?? null
}

/** In another statement: ratings that arrived in these days, from their records. */
async function givenLive(db: Reader, span: Pick<Filter, 'from' | 'to'>, zone: string): Promise<RawBuilder<unknown>> {
  const instants = instantsOf(span, zone)
  return sql`
    select s.id, s.given_at, s.channel, s.category_id, s.credited_to as staff_id, s.comment is not null as worded, s.reason, s.by
    from (${await standings(db, instants, zone)}) as s where s.given_at >= ${instants.from}`
}

/** In another statement: the same of months that are kept, only those with words or left out. */
function givenKept(span: Pick<Filter, 'from' | 'to'>, kept: readonly string[], zone: string): RawBuilder<unknown> {
  const { from, to } = instantsOf(span, zone)
  return sql`
    select k.rating_id as id, k.given_at, k.channel, k.category_id, k.staff_id, k.worded, k.reason, k.by
    from satisfaction_said k where k.month = any(${kept}::date[]) and k.given_at >= ${from} and k.given_at < ${to}`
}

type Picked = {
  source: RawBuilder<unknown>
  filter: Filter
  only: SaidList | null
  older: RawBuilder<unknown>
  limit: number
}
async function pick(db: Reader, { source, filter, only, older, limit }: Picked): Promise<Found[]> {
  const { channel, category, department } = filter
  const { rows } = await sql<Found>`
    select r.id, to_char(r.given_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as at, r.reason, r.by from (${source}) as r
    where ${only === 'words' ? sql`r.worded` : only === 'excluded' ? sql`r.reason is not null` : sql`true`} ${older}
      ${channel ? sql`and r.channel = ${channel}` : sql``}
      ${category ? sql`and r.category_id in (select id from categories where id = ${category} or parent_id = ${category})` : sql``}
      ${department ? sql`and r.staff_id in (select id from staff where department_id = ${department})` : sql``}
    order by r.given_at desc, r.id desc limit ${limit}`.execute(db)
  return rows
}

async function told(db: Reader, found: readonly Found[]): Promise<Said[]> {
  const { rows } = await sql<Said>`
    select r.id as "ratingId", r.ticket_id as "ticketId", t.number, c.name as "customerName", t.channel, r.service, r.product,
      r.reasons, r.comment, r.given_at as "givenAt", p.reason, p.by,
      case when e.ticket_id is null then x.why end as "excludedWhy",
      exists (select from rating_contests o where o.rating_id = r.id and o.state = 'open') as contested,
      case when s.id is not null then json_build_object('name', s.name, 'nameEn', s.name_en) end as staff,
      case when b.id is not null then json_build_object('name', b.name, 'nameEn', b.name_en) end as "byName"
    from json_to_recordset(${JSON.stringify(found)}::json) as p (id bigint, reason text, by text)
    join ratings r on r.id = p.id join tickets t on t.id = r.ticket_id join customers c on c.id = t.customer_id
    left join ticket_exclusions e on e.ticket_id = r.ticket_id
    left join rating_exclusions x on x.rating_id = r.id and x.lifted_at is null
    left join staff s on s.id = (r.handlers->0->>'staffId')::bigint
    left join staff b on b.id = case when p.by ~ '^[0-9]+$' then p.by::bigint end
    order by r.given_at desc, r.id desc`.execute(db)
  return rows
}
