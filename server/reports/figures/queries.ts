import { sql } from 'kysely'
import { HOUR, plus } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'

/** What stands on top of the night board. */
export type Figures = {
  waiting: number
  oldestSince: Date | null
  /** Median seconds from question to first answer, tonight and in the night before; null where there was none. */
  firstAnswerSeconds: number | null
  firstAnswerBefore: number | null
  answered: number
  refused: number
  offered: number
  onPost: number
  rostered: number
}

/** One row of numbers. `since` is the start of tonight; the night before is the same length, a day earlier. */
export async function readFigures(db: Reader, since: Date, now: Date): Promise<Figures> {
  const before = { from: plus(since, -24 * HOUR), to: plus(now, -24 * HOUR) }
  const { rows } = await sql<Record<keyof Figures, string | null> & { oldestSince: Date | null }>`
    with waits as (
      select extract(epoch from first_answered_at - created_at) as seconds, created_at from tickets
      where created_at >= ${before.from} and first_answered_at is not null and channel not in ('form', 'mail')
    )
    select
      (select count(*) from tickets where state = 'queued') as waiting,
      (select min(coalesce(queued_at, created_at)) from tickets where state = 'queued') as "oldestSince",
      (select percentile_cont(0.5) within group (order by seconds) from waits where created_at >= ${since}) as "firstAnswerSeconds",
      (select percentile_cont(0.5) within group (order by seconds) from waits where created_at < ${before.to}) as "firstAnswerBefore",
      (select count(*) from waits where created_at >= ${since}) as answered,
      (select count(*) from offers where made_at >= ${since} and state in ('passed', 'expired')) as refused,
      (select count(*) from offers where made_at >= ${since}) as offered,
      (select count(*) from attendances a join shifts s on s.id = a.shift_id
        where a.checked_out_at is null and (s.during @> ${now}::timestamptz or a.stays_until > ${now})) as "onPost",
      (select count(*) from shifts where during @> ${now}::timestamptz) as rostered`.execute(db)
  const [row] = rows
  const number = (value: string | null | undefined): number => Number(value ?? 0)
  const maybe = (value: string | null | undefined): number | null => (value == null ? null : Number(value))
  return {
    waiting: number(row?.waiting),
    oldestSince: row?.oldestSince ?? null,
    firstAnswerSeconds: maybe(row?.firstAnswerSeconds),
    firstAnswerBefore: maybe(row?.firstAnswerBefore),
    answered: number(row?.answered),
    refused: number(row?.refused),
    offered: number(row?.offered),
    onPost: number(row?.onPost),
    rostered: number(row?.rostered),
  }
}

/** The last twelve hours, oldest first, for the small lines under the figures. */
export type Hours = { asked: number[]; firstAnswer: number[]; longest: number[]; refused: number[]; onPost: number[] }

export async function readHours(db: Reader, now: Date): Promise<Hours> {
  const { rows } = await sql<Record<keyof Hours, string>>`
    select h.at,
      (select count(*) from tickets t where t.created_at >= h.at and t.created_at < h.at + interval '1 hour') as asked,
      coalesce((select percentile_cont(0.5) within group (order by extract(epoch from t.first_answered_at - t.created_at)) from tickets t
        where t.created_at >= h.at and t.created_at < h.at + interval '1 hour' and t.first_answered_at is not null and t.channel not in ('form', 'mail')), 0) as "firstAnswer",
      coalesce((select max(extract(epoch from coalesce(t.first_answered_at, ${now}::timestamptz) - t.created_at)) from tickets t
        where t.created_at >= h.at and t.created_at < h.at + interval '1 hour' and t.channel not in ('form', 'mail')), 0) as longest,
      (select count(*) from offers o where o.made_at >= h.at and o.made_at < h.at + interval '1 hour' and o.state in ('passed', 'expired')) as refused,
      (select count(*) from attendances a where a.checked_in_at < h.at + interval '1 hour' and coalesce(a.checked_out_at, 'infinity') > h.at) as "onPost"
    from generate_series(${plus(now, -12 * HOUR)}::timestamptz, ${plus(now, -HOUR)}::timestamptz, interval '1 hour') as h (at)
    order by h.at`.execute(db)
  const series = (key: keyof Hours): number[] => rows.map((row) => Number(row[key]))
  return {
    asked: series('asked'),
    firstAnswer: series('firstAnswer'),
    longest: series('longest'),
    refused: series('refused'),
    onPost: series('onPost'),
  }
}
