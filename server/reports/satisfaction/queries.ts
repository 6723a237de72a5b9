import { type RawBuilder, sql } from 'kysely'
import type { StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import type { Filter, Grain } from '../filters/rules.ts'
import { sourcesOf } from './keeping/queries.ts'
import type { Group, Norm, Rated } from './rules.ts'

type Asking = { readonly filter: Filter; readonly grain: Grain; readonly zone: string }

/** Of alike ratings `a`: what a filter leaves of them. */
const narrowed = ({ channel, category, department }: Filter): RawBuilder<unknown> => sql`
  ${channel ? sql`and a.channel = ${channel}` : sql``}
  ${category ? sql`and a.category_id in (select id from categories where id = ${category} or parent_id = ${category})` : sql``}
  ${department ? sql`and a.staff_id in (select id from staff where department_id = ${department})` : sql``}`

const marks = (column: 'service' | 'product') =>
  sql`array[${sql.join([1, 2, 3, 4, 5].map((mark) => sql`coalesce(sum(n) filter (where ${sql.ref(column)} = ${sql.lit(mark)}), 0)`))}]::integer[]`
const NONE = sql`array[0, 0, 0, 0, 0]`

/** What was asked in these days and what was answered, whole and cut in five ways; of the team, so nothing is left out. */
export async function countRatings(db: Reader, { filter, grain, zone }: Asking): Promise<Group[]> {
  const { asked } = await sourcesOf(db, filter, zone)
  // Marks are counted as rows and laid side by side at the end: a dozen filtered sums a row and cut cost three times as much.
  const { rows } = await sql<Omit<Group, 'by'> & { by: Group['by'] }>`
    with like_ as materialized (
      select a.state, a.service, a.product, a.channel, a.category_id, s.department_id,
        date_trunc(${grain}, a.day::timestamp) as when_, a.hour, sum(a.count) as n
      from (${asked}) a left join staff s on s.id = a.staff_id where true ${narrowed(filter)}
      group by 1, 2, 3, 4, 5, 6, 7, 8
    ), sums as (
      select grouping(when_, channel, category_id, hour, department_id) as cut, when_, channel, category_id, hour, department_id,
        state, service, product, sum(n) as n
      from like_ group by grouping sets ((state, service, product), (state, service, product, when_), (state, service, product, channel),
        (state, service, product, category_id), (state, service, product, hour), (state, service, product, department_id))
    ), counted as (
      select cut, when_, channel, category_id, hour, department_id, sum(n)::integer as asked,
        coalesce(sum(n) filter (where state = 'given'), 0)::integer as given, ${marks('service')} as service, ${marks('product')} as product
      from sums group by cut, when_, channel, category_id, hour, department_id
    )
    select case cut when 31 then 'all' when 15 then 'when' when 23 then 'channel' when 27 then 'category' when 29 then 'hour' else 'department' end as by,
      coalesce(to_char(when_, 'YYYY-MM-DD'), channel, hour::text, c.category_id::text, c.department_id::text, '') as key, coalesce(k.name, d.name) as name,
      asked, given, service, product
    from (select * from counted union all
      select 31, null, null, null, null, null, 0, 0, ${NONE}, ${NONE} where not exists (select from counted)) c
    left join categories k on k.id = c.category_id left join departments d on d.id = c.department_id
    order by cut, when_, hour, given desc, asked desc, channel, category_id, department_id`.execute(db)
  return rows
}

export type NamedReason = { readonly reason: string; readonly count: number; readonly service: number }

/** What customers named, most often first, with the mean mark it came with. */
export async function countReasons(db: Reader, { filter, zone }: Omit<Asking, 'grain'>): Promise<NamedReason[]> {
  const { asked } = await sourcesOf(db, filter, zone)
  const { rows } = await sql<NamedReason>`
    select named.reason, sum(a.count)::integer as count, (sum(a.service * a.count)::numeric / sum(a.count))::float as service
    from (${asked}) a cross join lateral unnest(a.reasons) as named (reason)
    where a.state = 'given' and a.reasons <> '{}' ${narrowed(filter)}
    group by named.reason order by sum(a.count) desc, named.reason`.execute(db)
  return rows
}

/** Ratings that pull the expectation of a stratum towards the norm (REGULATION 3, S). */
const PSEUDO = 20

/** Everybody's ratings that count, against what others in the same channel, topic and hours get; the norm and its spread. */
export async function countPeople(
  db: Reader,
  { filter, zone }: Omit<Asking, 'grain'>,
): Promise<{ norm: Norm; people: Rated[] }> {
  const { people } = await sourcesOf(db, filter, zone)
  const { rows } = await sql<
    Omit<Rated, 'staffId'> & { staff_id: string } & { mean: number; spread: number; all: number }
  >`
    with counted as materialized (
      select a.staff_id, a.channel, a.category_id, a.band, sum(a.count) as n,
        sum(a.count * (a.service - 1)) / 4.0 as y, sum(a.count * (a.service - 1) * (a.service - 1)) / 16.0 as squares
      from (${people}) a where true ${narrowed(filter)} group by a.staff_id, a.channel, a.category_id, a.band
    ), norm as (
      select sum(n) as n, sum(y) / sum(n) as mean,
        case when sum(n) > 1 then sqrt(greatest((sum(squares) - sum(y) * sum(y) / sum(n)) / (sum(n) - 1), 0)) else 0 end as spread
      from counted
    ), strata as (
      select channel, category_id, band, (sum(y) + ${PSEUDO} * (select mean from norm)) / (sum(n) + ${PSEUDO}) as expected
      from counted group by channel, category_id, band
    ), own as (
      select c.staff_id, sum(c.n) as n, sum(c.y - c.n * x.expected) / sum(c.n) as difference
      from counted c join strata x on x.channel = c.channel and x.category_id is not distinct from c.category_id and x.band = c.band
      group by c.staff_id
    )
    select o.staff_id, s.name, s.name_en as "nameEn", d.name as department, o.n::integer as count,
      (n.mean + o.difference)::float as value, n.mean::float as mean, n.spread::float as spread, n.n::integer as all
    from own o cross join norm n join staff s on s.id = o.staff_id join departments d on d.id = s.department_id
    order by s.number`.execute(db)
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
