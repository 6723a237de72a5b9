import { type RawBuilder, sql } from 'kysely'
import type { ExclusionReason } from '../../events/ratings.ts'
import type { Channel } from '../../events/tickets.ts'
import type { RatingId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import { standings } from '../../tickets/ratings/standing/queries.ts'
import { HOURS_A_BAND } from '../../tickets/ratings/standing/rules.ts'
import { type Filter, type Grain, instantsOf } from '../filters/rules.ts'
import type { Group, Norm, Rated } from './rules.ts'

type Asking = { readonly filter: Filter; readonly grain: Grain; readonly zone: string }

/** Whom a rating is credited to. */
const CREDITED = sql`(r.handlers->0->>'staffId')::bigint`

const narrowed = ({ channel, category, department }: Filter): RawBuilder<unknown> => sql`
  ${channel ? sql`and t.channel = ${channel}` : sql``}
  ${category ? sql`and t.category_id in (select id from categories where id = ${category} or parent_id = ${category})` : sql``}
  ${department ? sql`and s.department_id = ${department}` : sql``}`

const marks = (column: RawBuilder<unknown>) =>
  sql`array[${sql.join([1, 2, 3, 4, 5].map((mark) => sql`count(*) filter (where ${column} = ${sql.lit(mark)})`))}]::integer[]`

/** What was asked in these days and what was answered, whole and cut in five ways; of the team, so nothing is left out. */
export async function countRatings(db: Reader, { filter, grain, zone }: Asking): Promise<Group[]> {
  const { from, to } = instantsOf(filter, zone)
  const { rows } = await sql<Omit<Group, 'by'> & { by: Group['by'] }>`
    with asked as materialized (
      select r.state, r.service, r.product, t.channel, t.category_id, s.department_id,
        to_char(date_trunc(${grain}, r.asked_at at time zone ${zone}), 'YYYY-MM-DD') as when_,
        extract(hour from r.asked_at at time zone ${zone})::integer as hour
      from ratings r join tickets t on t.id = r.ticket_id left join staff s on s.id = ${CREDITED}
      where r.state <> 'withdrawn' and r.asked_at >= ${from} and r.asked_at < ${to} ${narrowed(filter)}
    ), counted as (
      select grouping(when_, channel, category_id, hour, department_id) as cut, when_, channel, category_id, hour, department_id,
        count(*)::integer as asked, count(*) filter (where state = 'given')::integer as given,
        ${marks(sql.ref('service'))} as service, ${marks(sql.ref('product'))} as product
      from asked group by grouping sets ((), (when_), (channel), (category_id), (hour), (department_id))
    )
    select case cut when 31 then 'all' when 15 then 'when' when 23 then 'channel' when 27 then 'category' when 29 then 'hour' else 'department' end as by,
      coalesce(when_, channel, hour::text, c.category_id::text, c.department_id::text, '') as key, coalesce(k.name, d.name) as name,
      asked, given, service, product
    from counted c left join categories k on k.id = c.category_id left join departments d on d.id = c.department_id
    order by cut, when_, hour, given desc, asked desc`.execute(db)
  return rows
}

export type NamedReason = { readonly reason: string; readonly count: number; readonly service: number }

/** What customers named, most often first, with the mean mark it came with. */
export async function countReasons(db: Reader, { filter, zone }: Omit<Asking, 'grain'>): Promise<NamedReason[]> {
  const { from, to } = instantsOf(filter, zone)
  const { rows } = await sql<NamedReason>`
    select named.reason, count(*)::integer as count, avg(r.service)::float as service
    from ratings r join tickets t on t.id = r.ticket_id left join staff s on s.id = ${CREDITED}
    cross join lateral unnest(r.reasons) as named (reason)
    where r.state = 'given' and r.asked_at >= ${from} and r.asked_at < ${to} ${narrowed(filter)}
    group by named.reason order by count(*) desc, named.reason`.execute(db)
  return rows
}

/** Ratings that pull the expectation of a stratum towards the norm (REGULATION 3, S). */
const PSEUDO = 20

/** Everybody's ratings that count, against what others in the same channel, topic and hours get; the norm and its spread. */
export async function countPeople(
  db: Reader,
  { filter, zone }: Omit<Asking, 'grain'>,
): Promise<{ norm: Norm; people: Rated[] }> {
  const { rows } = await sql<
    Omit<Rated, 'staffId'> & { staff_id: string } & { mean: number; spread: number; all: number }
  >`
    with counted as (
      select ${CREDITED} as staff_id, (r.service - 1) / 4.0 as y, r.channel, r.category_id,
        floor(extract(hour from r.asked_at at time zone ${zone}) / ${sql.lit(HOURS_A_BAND)}) as band
      from (${await given(db, filter, zone)}) as r where r.reason is null and jsonb_array_length(r.handlers) > 0
    ), norm as (select avg(y) as mean, coalesce(stddev_samp(y), 0) as spread, count(*) as n from counted),
    strata as (
      select channel, category_id, band, (sum(y) + ${PSEUDO} * (select mean from norm)) / (count(*) + ${PSEUDO}) as expected
      from counted group by channel, category_id, band
    )
    select c.staff_id, s.name, s.name_en as "nameEn", d.name as department, count(*)::integer as count,
      (n.mean + avg(c.y - x.expected))::float as value, n.mean::float as mean, n.spread::float as spread, n.n::integer as all
    from counted c cross join norm n
    join strata x on x.channel = c.channel and x.category_id is not distinct from c.category_id and x.band = c.band
    join staff s on s.id = c.staff_id join departments d on d.id = s.department_id
    group by c.staff_id, s.id, d.id, n.mean, n.spread, n.n order by s.number`.execute(db)
  const [first] = rows
  return {
    norm: { count: first?.all ?? 0, mean: first?.mean ?? 0, spread: first?.spread ?? 0 },
    people: rows.map(({ staff_id, name, nameEn, department, count, value }) => ({
      staffId: staff_id as StaffId,
      name,
      nameEn,
      department,
      count,
      value: Math.min(1, Math.max(0, value)),
    })),
  }
}

/** Ratings that arrived in these days, narrowed, with what became of them. */
async function given(db: Reader, filter: Filter, zone: string): Promise<RawBuilder<unknown>> {
  const span = instantsOf(filter, zone)
  const { channel, category, department } = filter
  return sql`select r.* from (${await standings(db, span, zone)}) as r where r.given_at >= ${span.from}
    ${channel ? sql`and r.channel = ${channel}` : sql``}
    ${category ? sql`and r.category_id in (select id from categories where id = ${category} or parent_id = ${category})` : sql``}
    ${department ? sql`and ${CREDITED} in (select id from staff where department_id = ${department})` : sql``}`
}

export type Said = {
  readonly ratingId: RatingId
  readonly ticketId: TicketId
  readonly number: string
  readonly customerName: string
  readonly staff: { readonly name: string; readonly nameEn: string } | null
  readonly channel: Channel
  readonly service: number
  readonly product: number | null
  readonly reasons: readonly string[]
  readonly comment: string | null
  readonly givenAt: Date
  readonly reason: ExclusionReason | null
  readonly by: string | null
  readonly byName: { readonly name: string; readonly nameEn: string } | null
  readonly excludedWhy: string | null
  readonly contested: boolean
}

/** Ratings of these days one by one, the newest first: those with words, those left out, or all. */
export async function listSaid(
  db: Reader,
  { filter, zone }: Omit<Asking, 'grain'>,
  { only, limit }: { only: 'words' | 'excluded' | 'all'; limit: number },
): Promise<Said[]> {
  const wanted =
    only === 'words' ? sql`r.comment is not null` : only === 'excluded' ? sql`r.reason is not null` : sql`true`
  const { rows } = await sql<Said>`
    select r.id as "ratingId", r.ticket_id as "ticketId", r.number, c.name as "customerName", r.channel, r.service, r.product,
      r.reasons, r.comment, r.given_at as "givenAt", r.reason, r.by, r.excluded_why as "excludedWhy", r.contested,
      case when s.id is not null then json_build_object('name', s.name, 'nameEn', s.name_en) end as staff,
      case when b.id is not null then json_build_object('name', b.name, 'nameEn', b.name_en) end as "byName"
    from (${await given(db, filter, zone)}) as r
    join customers c on c.id = r.customer_id
    left join staff s on s.id = ${CREDITED}
    left join staff b on b.id = case when r.by ~ '^[0-9]+$' then r.by::bigint end
    where ${wanted} order by r.given_at desc, r.id desc limit ${limit}`.execute(db)
  return rows
}
