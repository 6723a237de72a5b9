import { sql } from 'kysely'
import { firstOf, firstOfLast } from '../../appraisal/months/rules.ts'
import { addDays, nightOf } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'

/** Nights before the first month that is appraised, so that nobody's is their first in the house. */
const BEFORE_NIGHTS = 8

/** Everybody came to the shifts that are over, most of them in time. What people noted themselves stays. */
export const tellArrivals = (tx: Tx) =>
  sql`
    insert into attendances (shift_id, staff_id, checked_in_at, arrival, minutes_late, checked_out_at)
    select id, staff_id, starts_at + case arrival when 'ready' then interval '-18 minutes' when 'late_for_handover' then interval '-6 minutes'
        else make_interval(mins => minutes) end, arrival, case arrival when 'late' then minutes else 0 end, ends_at
    from (select s.*, luck % 40 + 3 as minutes,
        case when luck % 100 < case when p.number = 'cs0312' then 66 else 91 end then 'ready' when luck % 100 < 96 then 'late_for_handover' else 'late' end as arrival
      from (select *, hashint8(id * 31 + staff_id) & 2147483647 as luck from shifts where ends_at <= ${tx.now}) s join staff p on p.id = s.staff_id) as came
    where not exists (select from attendances a where a.shift_id = came.id)`.execute(tx.db)

/** The nights of the two months before this one, and some more, for those that the roster does not reach back to; each week one further, so that weekends go round. */
export async function tellNights(tx: Tx, zone: string): Promise<void> {
  const now = nightOf(tx.now, zone)
  const first = addDays(firstOf(firstOfLast(firstOfLast(now))), -BEFORE_NIGHTS)
  await sql`
    insert into shifts (staff_id, post, during, night, kind, created_at)
    select p.id, p.post, tstzrange((n.night + time '22:00') at time zone ${zone}, (n.night + interval '1 day' + time '06:00') at time zone ${zone}),
      n.night, 'night', n.night - interval '10 days'
    from (select d::date as night, row_number() over (order by d) - 1 as k from generate_series(${first}::date,
        least((select min(night) from shifts), ${now}::date) - 1, interval '1 day') d) n
    cross join (values ('manager', 1), ('service', 4), ('technician', 3), ('guard', 2)) as h (post, heads)
    join (
      select id, post, row_number() over (partition by post order by number) - 1 as at, count(*) over (partition by post) as people from (
        select id, number, 'manager' as post from staff where active and 'manager' = any(posts)
        union all select id, number, unnest(posts) from staff where active and not 'manager' = any(posts)) as s
    ) p on p.post = h.post and (p.at - (n.k * h.heads + n.k / 7) % p.people + p.people) % p.people < h.heads`.execute(
    tx.db,
  )
}

/** How duty managers saw the shifts of those months: each with a habit of their own. */
export const tellNotes = (tx: Tx) =>
  sql`
    insert into shift_notes (shift_id, manager_id, reachable, records, courteous, helpful, words, link, noted_at)
    select id, manager_id, ${MARK(1)}, ${MARK(2)}, ${MARK(3)}, ${MARK(5)}, '', '', ends_at + interval '2 hours'
    from (
      select s.id, s.ends_at, m.staff_id as manager_id, case q.number when 'gd0408' then 18 when 'it0211' then -22 else 0 end
          - case p.number when 'cs0312' then 30 when 'it0206' then 12 else 0 end as habit
      from shifts s join shifts m on m.night = s.night and m.post = 'manager' and m.kind = 'night' join staff q on q.id = m.staff_id join staff p on p.id = s.staff_id
      where s.kind = 'night' and s.post <> 'manager' and s.ends_at <= ${tx.now} and m.staff_id <> s.staff_id) as seen
    on conflict do nothing`.execute(tx.db)

const MARK = (n: number) =>
  sql`greatest(0, least(3, 3 - ((hashint8(id * ${sql.lit(n * 7 + 3)}) & 2147483647) % 100 > 72 + habit)::integer - ((hashint8(id * ${sql.lit(n * 11 + 1)}) & 2147483647) % 100 > 94 + habit)::integer))`

/** What was due in those months and what became of it: answers, resolutions, promises, requests; and the incidents of their nights. */
export async function tellOwed(tx: Tx, tickets: string): Promise<void> {
  await sql`
    insert into obligations (kind, clause, staff_id, post, shift_id, subject, part, due_at, grace_minutes, late_at, state, done_at, done_by, path, made_at)
    select w.kind, w.clause, t.last_handler_id, 'service', a.shift_id, 'ticket:' || t.id, w.part, w.due_at, 0, w.due_at,
      case when w.done_at <= w.due_at then 'done' else 'late' end, w.done_at, t.last_handler_id, '/desk/' || t.id, w.due_at
    from tickets t join assignments a on a.ticket_id = t.id
    cross join lateral (values ('answer', 1, 'first', t.created_at + interval '90 seconds', t.first_answered_at),
      ('resolution', 1, 'whole', t.created_at + interval '55 minutes', t.resolved_at)) as w (kind, clause, part, due_at, done_at)
    where t.number like ${tickets} and (w.done_at is not null or w.due_at <= ${tx.now}) on conflict do nothing`.execute(
    tx.db,
  )
  await sql`
    insert into obligations (kind, clause, staff_id, post, subject, part, due_at, grace_minutes, late_at, state, done_at, done_by, path, made_at)
    select 'promise', 38, p.made_by, 'service', 'promise:' || p.id, '', p.due_at, 0, p.due_at, case p.state when 'kept' then 'done' else 'late' end,
      p.ended_at, p.made_by, '/desk/' || p.ticket_id, p.made_at
    from promises p join tickets t on t.id = p.ticket_id where t.number like ${tickets} on conflict do nothing`.execute(
    tx.db,
  )
  await sql`
    insert into incidents (kind, level, state, ticket_id, opened_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by, measures, closed_at)
    select (array['network', 'safety', 'other'])[1 + (k % 3)::integer], case when k % 4 = 0 then 'major' else 'general' end, 'closed', null, at, at + make_interval(mins => (2 + k * 5 % 11)::integer), staff_id,
      at + interval '80 minutes', staff_id, (array['核心交换机板卡重启，流量切到备用链路', '消防通道堆物，已清空并拍照', '机房空调告警，已通知值班电工'])[1 + (k % 3)::integer], at + interval '5 hours'
    from (select staff_id, starts_at + interval '150 minutes' as at, row_number() over (order by night) as k from shifts
      where post = 'manager' and kind = 'night' and ends_at <= ${tx.now}) as led where k % 5 = 0`.execute(tx.db)
}
