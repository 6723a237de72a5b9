import { type RawBuilder, sql } from 'kysely'
import { addDays, DAY, localOf, MINUTE, plus } from '../../../kernel/time.ts'
import type { Due } from '../../../platform/ticker.ts'
import type { Reader, Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { standings } from '../../../tickets/ratings/standing/queries.ts'
import { HOURS_A_BAND } from '../../../tickets/ratings/standing/rules.ts'
import { type Filter, instantsOf } from '../../filters/rules.ts'
import { firstOfMonth, monthsOf, nextMonth, RECOUNT_AFTER_DAYS, RECOUNT_AFTER_MINUTES, unkept } from './rules.ts'

type Span = Pick<Filter, 'from' | 'to'>
type Source = RawBuilder<unknown>

/** Whom a rating is credited to. */
const CREDITED = sql`(r.handlers->0->>'staffId')::bigint`

/** In another statement: ratings that were asked for in these days, one row each: day, hour, channel, category_id, staff_id, state, service, product, reasons, count. */
function askedLive(span: Span, zone: string): Source {
  const { from, to } = instantsOf(span, zone)
  return sql`
    select (r.asked_at at time zone ${zone})::date as day, extract(hour from r.asked_at at time zone ${zone})::smallint as hour,
      t.channel, t.category_id, ${CREDITED} as staff_id, r.state, r.service, r.product, r.reasons, 1 as count
    from ratings r join tickets t on t.id = r.ticket_id
    where r.state <> 'withdrawn' and r.asked_at >= ${from} and r.asked_at < ${to}`
}

/** In another statement: ratings that arrived in these days and count for somebody: day, channel, category_id, band, staff_id, service, count. */
async function peopleLive(db: Reader, span: Span, zone: string): Promise<Source> {
  const instants = instantsOf(span, zone)
  return sql`
    select (r.given_at at time zone ${zone})::date as day, r.channel, r.category_id,
      floor(extract(hour from r.asked_at at time zone ${zone}) / ${sql.lit(HOURS_A_BAND)})::smallint as band, r.credited_to as staff_id, r.service, 1 as count
    from (${await standings(db, instants, zone)}) as r
    where r.given_at >= ${instants.from} and r.reason is null and r.credited_to is not null`
}

export type Sources = { readonly asked: Source; readonly people: Source }

/** In another statement: what these days come to, from what is kept of each month and, where a month is not, from its records. */
export async function sourcesOf(db: Reader, span: Span, zone: string): Promise<Sources> {
  const { kept, live } = await keptAndLive(db, span, zone)
  const from = (table: string, columns: string): Source => sql`
    select ${sql.raw(columns)} from ${sql.table(table)}
    where month = any(${kept}::date[]) and day between ${span.from} and ${span.to}`
  const all = (parts: Source[]): Source => sql.join(parts, sql` union all `)
  return {
    asked: all([
      from('satisfaction_asked', 'day, hour, channel, category_id, staff_id, state, service, product, reasons, count'),
      ...live.map((stretch) => askedLive(stretch, zone)),
    ]),
    people: all([
      from('satisfaction_people', 'day, channel, category_id, band, staff_id, service, count'),
      ...(await Promise.all(live.map((stretch) => peopleLive(db, stretch, zone)))),
    ]),
  }
}

/** In another statement: since the month of `m` was counted something changed in it. */
const changed = (zone: string) => sql`exists (select from satisfaction_changes c
  where c.at >= m.month::timestamp at time zone ${zone} and c.at < (m.month + interval '1 month') at time zone ${zone})`

/** Months of these days that are kept and still as they were counted, and the stretches of days that are not. */
export async function keptAndLive(db: Reader, span: Span, zone: string): Promise<{ kept: string[]; live: Span[] }> {
  const kept = await keptMonths(db, span, zone)
  return { kept: [...kept], live: unkept(span, kept) }
}

async function keptMonths(db: Reader, span: Span, zone: string): Promise<Set<string>> {
  const { ratingsPerCustomerMonth } = await currentSettings(db)
  const { rows } = await sql<{ month: string }>`
    select to_char(m.month, 'YYYY-MM-DD') as month from satisfaction_months m
    where m.month = any(${monthsOf(span)}::date[]) and m.zone = ${zone} and m.per_customer = ${ratingsPerCustomerMonth}
      and not ${changed(zone)}`.execute(db)
  return new Set(rows.map(({ month }) => month))
}

/** Months that are over and not kept, or changed since, or counted a week ago; the last one first. */
export async function listUnkept(db: Reader, now: Date, limit: number, zone: string): Promise<Due[]> {
  const { ratingsPerCustomerMonth } = await currentSettings(db)
  const { rows } = await sql<{ month: string; version: string }>`
    select to_char(d, 'YYYY-MM-DD') as month, coalesce(extract(epoch from m.counted_at)::bigint, 0)::text as version
    from generate_series(
      (select date_trunc('month', min(asked_at) at time zone ${zone}) from ratings where state <> 'withdrawn'),
      ${firstOfMonth(localOf(now, zone).date)}::timestamp - interval '1 day', interval '1 month') as d
    left join satisfaction_months m on m.month = d::date
    where m.month is null or m.zone <> ${zone} or m.per_customer <> ${ratingsPerCustomerMonth}
      or m.counted_at <= ${plus(now, -RECOUNT_AFTER_DAYS * DAY)}
      or (m.counted_at <= ${plus(now, -RECOUNT_AFTER_MINUTES * MINUTE)} and ${changed(zone)})
    order by d desc limit ${limit}`.execute(db)
  return rows.map(({ month, version }) => ({ id: month, version }))
}

/**
 * Counts a month from its records in the place of what was counted before. What was noted as changed goes first: a change
 * that commits after that is still noted, and one from before is in the count.
 */
export async function storeMonth(tx: Tx, month: string, zone: string): Promise<void> {
  const { ratingsPerCustomerMonth } = await currentSettings(tx.db)
  const days = { from: month, to: addDays(nextMonth(month), -1) }
  const { from, to } = instantsOf(days, zone)
  await sql`
    insert into satisfaction_months (month, zone, per_customer, counted_at) values (${month}, ${zone}, ${ratingsPerCustomerMonth}, ${tx.now})
    on conflict (month) do update set zone = excluded.zone, per_customer = excluded.per_customer, counted_at = excluded.counted_at`.execute(
    tx.db,
  )
  await sql`delete from satisfaction_changes where at >= ${from} and at < ${to}`.execute(tx.db)
  await sql`delete from satisfaction_asked where month = ${month}`.execute(tx.db)
  await sql`delete from satisfaction_people where month = ${month}`.execute(tx.db)
  await sql`delete from satisfaction_said where month = ${month}`.execute(tx.db)
  await sql`
    insert into satisfaction_asked (month, day, hour, channel, category_id, staff_id, state, service, product, reasons, count)
    select ${month}::date, day, hour, channel, category_id, staff_id, state, service, product, reasons, sum(count)
    from (${askedLive(days, zone)}) a group by 2, 3, 4, 5, 6, 7, 8, 9, 10 order by 2, 3`.execute(tx.db)
  await sql`
    insert into satisfaction_people (month, day, channel, category_id, band, staff_id, service, count)
    select ${month}::date, day, channel, category_id, band, staff_id, service, sum(count)
    from (${await peopleLive(tx.db, days, zone)}) p group by 2, 3, 4, 5, 6, 7 order by 2`.execute(tx.db)
  await sql`
    insert into satisfaction_said (rating_id, month, given_at, channel, category_id, staff_id, worded, reason, by)
    select s.id, ${month}::date, s.given_at, s.channel, s.category_id, s.credited_to, s.comment is not null, s.reason, s.by
    from (${await standings(tx.db, { from, to }, zone)}) as s
    where s.given_at >= ${from} and (s.comment is not null or s.reason is not null)`.execute(tx.db)
}
