import { type RawBuilder, sql } from 'kysely'
import { addDays, DAY, nightOf, plus } from '../../kernel/time.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'
import { type Cut, type Facts, nightWindow, RECOUNT_DAYS, type Slice, STEPS, type What } from './rules.ts'

const steps = sql`array[${sql.join(STEPS.map((step) => sql.lit(step)))}]::double precision[]`
const stepOf = (seconds: RawBuilder<unknown>) => sql`width_bucket(greatest(${seconds}, 0)::double precision, ${steps})`
const passed = (from: string, to: string) => sql`extract(epoch from ${sql.ref(to)} - ${sql.ref(from)})`
/** Written letters have a clock of hours, not of seconds: they would hide how long somebody waits at the line. */
const LIVE = sql`t.channel not in ('form', 'mail')`

type Row = { cut: Cut; key: string; facts: Facts }

/** What a night came to, whole and cut in three ways, from the records themselves. */
export async function countNight(db: Reader, night: string, now: Date, zone: string): Promise<Row[]> {
  const { from, to } = nightWindow(night, zone)
  const { rows } = await sql<{ what: What; bucket: number; cut: Cut; key: string; count: number }>`
    with came as materialized (
      select t.id, t.channel, t.category_id, s.department_id, t.created_at, t.first_answered_at, t.round
      from tickets t left join staff s on s.id = t.last_handler_id
      where t.created_at >= ${from} and t.created_at < ${to} and t.state <> 'spam'
    ), facts as materialized (
      select 'asked' as what, extract(hour from t.created_at at time zone ${zone})::integer as bucket, t.channel, t.category_id, t.department_id from came t
      union all select 'taken', ${stepOf(passed('t.created_at', 'a.opened_at'))}, t.channel, t.category_id, t.department_id
        from came t cross join lateral (select min(a.opened_at) as opened_at from assignments a where a.ticket_id = t.id) a where a.opened_at is not null and ${LIVE}
      union all select 'answered', ${stepOf(passed('t.created_at', 't.first_answered_at'))}, t.channel, t.category_id, t.department_id
        from came t where t.first_answered_at is not null and ${LIVE}
      union all select 'reopened', 0, t.channel, t.category_id, t.department_id from came t where t.round > 1
      union all select 'resolved', ${stepOf(passed('t.created_at', 't.resolved_at'))}, t.channel, t.category_id, s.department_id
        from tickets t left join staff s on s.id = t.last_handler_id where t.resolved_at >= ${from} and t.resolved_at < ${to} and t.state <> 'spam'
      union all select w.what, w.bucket, t.channel, t.category_id, e.department_id from escalations e join tickets t on t.id = e.ticket_id
        cross join lateral (values ('sent', 0, true), ('accepted', ${stepOf(passed('e.sent_at', 'e.accepted_at'))}, e.accepted_at is not null),
          ('returned', 0, e.state = 'returned')) as w (what, bucket, holds)
        where e.sent_at >= ${from} and e.sent_at < ${to} and w.holds
      union all select p.state, 0, t.channel, t.category_id, s.department_id from promises p join tickets t on t.id = p.ticket_id
        left join staff s on s.id = p.made_by where p.due_at >= ${from} and p.due_at < ${to} and p.state in ('kept', 'broken')
      union all select w.what, 0, null, null, s.department_id from shifts h join staff s on s.id = h.staff_id left join attended a on a.shift_id = h.id
        cross join lateral (values ('shift', true), ('ready', a.arrival = 'ready'), ('close', a.arrival = 'late_for_handover'), ('late', a.arrival = 'late'),
          ('absent', a.shift_id is null)) as w (what, holds)
        where h.night = ${night} and h.ends_at <= ${now} and w.holds
    ), counted as (
      select what, bucket, grouping(channel, category_id, department_id) as cut, coalesce(channel, category_id::text, department_id::text) as key, count(*)::integer as count
      from facts group by grouping sets ((what, bucket), (what, bucket, channel), (what, bucket, category_id), (what, bucket, department_id))
    )
    select what, bucket, case cut when 7 then 'all' when 3 then 'channel' when 5 then 'category' else 'department' end as cut, coalesce(key, '') as key, count
    from counted where cut = 7 or key is not null`.execute(db)
  const found = new Map<string, Row>()
  for (const { what, bucket, cut, key, count } of rows) {
    const name = `${cut} ${key}`
    const row = found.get(name) ?? { cut, key, facts: {} }
    found.set(name, { ...row, facts: { ...row.facts, [what]: { ...row.facts[what], [String(bucket)]: count } } })
  }
  return [...found.values()]
}

/** Puts what a night came to in the place of what was counted before. */
export async function storeNight(tx: Tx, night: string, rows: readonly Row[]): Promise<void> {
  await sql`insert into report_nights (night, counted_at) values (${night}, ${tx.now})
    on conflict (night) do update set counted_at = excluded.counted_at`.execute(tx.db)
  await tx.db.deleteFrom('report_counts').where('night', '=', night).execute()
  if (rows.length === 0) return
  await tx.db
    .insertInto('report_counts')
    .values(rows.map(({ cut, key, facts }) => ({ night, cut, key, facts: JSON.stringify(facts) })))
    .execute()
}

export type Counted = { readonly night: string; readonly facts: Facts }

/** Stored nights of a stretch, for one slice; nights in which nothing of it happened are not there. */
export async function listCounted(
  db: Reader,
  { from, to }: { from: string; to: string },
  { cut, key }: Slice,
): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    select to_char(night, 'YYYY-MM-DD') as night, facts from report_counts
    where cut = ${cut} and key = ${key} and night between ${from} and ${to} order by night`.execute(db)
  return rows
}

/** Nights of a stretch that are counted, so that an empty one is known from one that nobody has looked at. */
export async function countedNights(db: Reader, { from, to }: { from: string; to: string }): Promise<Set<string>> {
  const { rows } = await sql<{ night: string }>`
    select to_char(night, 'YYYY-MM-DD') as night from report_nights where night between ${from} and ${to}`.execute(db)
  return new Set(rows.map(({ night }) => night))
}

/** The first night that anything happened in; undefined in an empty house. */
export async function firstNight(db: Reader, zone: string): Promise<string | undefined> {
  const { rows } = await sql<{ at: Date | null; shift: string | null }>`
    select (select min(created_at) from tickets) as at, (select to_char(min(night), 'YYYY-MM-DD') from shifts) as shift`.execute(
    db,
  )
  const [row] = rows
  const asked = row?.at ? nightOf(row.at, zone) : undefined
  const shift = row?.shift ?? undefined
  return asked && shift ? (asked < shift ? asked : shift) : (asked ?? shift)
}

/** Nights that are over and were never counted, or not since yesterday while they are young; the last one first. */
export async function listUncounted(db: Reader, now: Date, limit: number, zone: string): Promise<Due[]> {
  const first = await firstNight(db, zone)
  if (!first) return []
  const last = addDays(nightOf(now, zone), -1)
  const { rows } = await sql<{ night: string; version: string }>`
    select to_char(d, 'YYYY-MM-DD') as night, coalesce(extract(epoch from n.counted_at)::bigint, 0)::text as version
    from generate_series(${first}::date, ${last}::date, interval '1 day') as d left join report_nights n on n.night = d::date
    where n.night is null or (d > ${addDays(last, -RECOUNT_DAYS)}::date and n.counted_at <= ${plus(now, -DAY)})
    order by d desc limit ${limit}`.execute(db)
  return rows.map(({ night, version }) => ({ id: night, version }))
}
