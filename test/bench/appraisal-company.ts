/** A month of a large company, straight into the tables: who worked, what was due from them, what customers gave them. */
export type Month = {
  readonly people: number
  readonly ratings: number
  readonly obligations: number
  /** Its first day, `2026-10-01`. */
  readonly first: string
}

const NIGHTS = 12
/** Of twenty-five people: one leads, sixteen serve, five are technicians, three guards. */
const POST = `case when n % 25 = 0 then 'manager' when n % 25 <= 16 then 'service' when n % 25 <= 21 then 'technician' else 'guard' end`
const KINDS = `(array['answer','resolution','callback','request_acceptance','request_answer','promise'])`

/** All ids follow from numbers, so that two runs have the same month. */
export const appraisalCompany = ({ people, ratings, obligations, first }: Month): string[] => [
  `insert into staff (number, login, name, name_en, password_hash, department_id, rank, posts, languages, created_at)
    select 'm' || lpad(n::text, 4, '0'), 'm' || lpad(n::text, 4, '0'), '员工' || n, 'M ' || n, 'none', d.id,
      case when n % 25 = 0 then 'supervisor' else 'staff' end, array[${POST}], '{zh-CN}', now() - interval '400 days'
    from generate_series(1, ${people}) n, (select id from departments order by id limit 1) d`,
  // Every other night, twelve of them, and one long before, so that nobody is new; who leads does so in turn, alone.
  `insert into shifts (staff_id, post, during, night, kind, created_at)
    select s.id, s.posts[1], tstzrange((k.night + time '22:00') at time zone 'Asia/Shanghai', (k.night + time '22:00') at time zone 'Asia/Shanghai' + interval '8 hours'), k.night, 'night', now()
    from (select id, posts, row_number() over (partition by posts[1] = 'manager' order by number) as n, count(*) over (partition by posts[1] = 'manager') as all from staff where number like 'm%') s
    cross join lateral (
      select date '${first}' + (s.n % 2 + 2 * g)::integer as night from generate_series(0, ${NIGHTS} - 1) g where s.posts[1] <> 'manager'
      union all select date '${first}' + g from generate_series(0, 27) g where s.posts[1] = 'manager' and g % s.all = s.n - 1
      union all select date '${first}' - 40 - s.n::integer) k`,
  `insert into attendances (shift_id, staff_id, checked_in_at, arrival, minutes_late, checked_out_at)
    select id, staff_id, starts_at, case when id % 10 = 0 then 'late' when id % 7 = 0 then 'late_for_handover' else 'ready' end,
      case when id % 10 = 0 then 12 else 0 end, ends_at from shifts where staff_id in (select id from staff where number like 'm%')`,
  `insert into shift_notes (shift_id, manager_id, reachable, records, courteous, helpful, words, link, noted_at)
    select s.id, m.staff_id, 3, 2 + s.id % 2, 3, 2 + s.id % 2, '', '', s.ends_at from shifts s
    join lateral (select m.staff_id from shifts m where m.night = s.night and m.post = 'manager' order by m.id offset s.id % 5 limit 1) m on true
    where s.post <> 'manager' and s.night >= '${first}'`,
  `insert into obligations (kind, clause, staff_id, post, subject, part, due_at, grace_minutes, late_at, state, done_at, done_by, made_at)
    select ${KINDS}[1 + n % 6], 1, s.id, s.posts[1], 'bench:' || n, '', at, 0, at, case when n % 11 = 0 then 'late' else 'done' end,
      case when n % 11 <> 0 then at end, case when n % 11 <> 0 then s.id end, at
    from (select n, (timestamp '${first} 22:00' + n % 28 * interval '1 day' + n % 400 * interval '1 minute') at time zone 'Asia/Shanghai' as at
      from generate_series(1, ${obligations}) n) o
    join (select id, posts, row_number() over (order by number) as k from staff where number like 'm%') s on s.k = 1 + o.n % ${people}`,
  `insert into customers (name, language, created_at) select '顾客 m' || n, 'zh-CN', now() from generate_series(1, ${Math.ceil(ratings / 2)}) n`,
  `insert into tickets (state, waiting_on, customer_id, channel, language, category_id, subject, place_at, created_at, queued_at, last_message_at, epoch, last_handler_id,
      first_answered_at, resolved_at, closes_at, closed_at)
    select 'closed', 'customer', c.id, (array['web','widget','phone'])[1 + n % 3], 'zh-CN', 1 + n % 8, 'm' || n, at, at, at, at, 1, s.id, at, at, at, at
    from (select n, (timestamp '${first} 22:00' + n % 28 * interval '1 day' + n % 400 * interval '1 minute') at time zone 'Asia/Shanghai' as at
      from generate_series(1, ${ratings}) n) o
    join (select id, row_number() over (order by id) as k from customers where name like '顾客 m%') c on c.k = 1 + (o.n - 1) / 2
    join (select id, row_number() over (order by number) as k from staff where number like 'm%' and posts[1] = 'service') s
      on s.k = 1 + o.n % (select count(*) from staff where number like 'm%' and posts[1] = 'service')`,
  `insert into ratings (ticket_id, round, state, asked_at, handlers, service, product, reasons, comment, source, given_at)
    select t.id, 1, 'given', t.closed_at, jsonb_build_array(jsonb_build_object('staffId', t.last_handler_id::text, 'shiftId',
        (select s.id::text from shifts s where s.staff_id = t.last_handler_id and s.during @> t.closed_at limit 1), 'messages', 4, 'share', 1)),
      case when t.id % 17 = 0 then 1 when t.id % 5 = 0 then 4 else 5 end, 4, case when t.id % 50 = 0 then '{price}'::text[] else '{}' end, null, 'chat', t.closed_at
    from tickets t where t.subject like 'm%' order by t.id`,
]

/** The month as it was before anybody was counted. */
export const FORGOTTEN = [
  // Letters go a few at a time: those of the count before would be load on the next desk that is called idle.
  `update deliveries set state = 'failed', error = 'over', due_at = null, settled_at = now() where state in ('pending', 'sending')`,
  `update outgoing_mails set state = 'dropped', error = 'over', due_at = null, settled_at = now() where state in ('pending', 'sending')`,
  `delete from appraisal_inputs`,
  `update appraisals set pass = 0, result = null, score = null, grade = null, state = 'draft'`,
  'vacuum appraisal_inputs, appraisals',
]
export const ASKED = `update appraisal_months set state = 'opening', norms_pass = 0, pass = 1, due_at = null, version = version + 1`
/** Stages that would be over long ago end in a year, so that nothing but the count goes on. */
export const UNHURRIED = `update appraisal_months set plan = (
  select jsonb_object_agg(key, to_char(now() + interval '1 year', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) from jsonb_each(plan))`
