import { sql } from 'kysely'
import { HOUR, noonBefore, plus } from '../../kernel/time.ts'
import { system } from '../../platform/actor.ts'
import type { Deps } from '../../web/deps.ts'
import { tellArrivals, tellNights, tellNotes, tellOwed } from './worked.ts'

const DAYS = 90
/** Old conversations have the numbers before the first that anybody asks. */
const FIRST_NUMBER = 20_001
const A_DAY = 34
/** Several programs start at once on one database: one tells it, the others leave it to that one. */
const LOCK = 4_201_113

/**
 * Ninety days behind the demo company, so that figures have something to count: conversations that are over, with what
 * customers said of them; up to the last noon, so that last night is as full as the others. A handful of statements,
 * whatever the number of days; once, and only beside the company of the demo.
 */
export const tellPast = ({ transact, config }: Pick<Deps, 'transact' | 'config'>): Promise<void> =>
  transact(system, async (tx) => {
    const { rows } = await sql<{ wanted: boolean }>`
      select pg_try_advisory_xact_lock(${LOCK}) and exists (select from staff where number = 'cs0301') and not exists (select from tickets where number = ${`NT-${FIRST_NUMBER}`}) as wanted`.execute(
      tx.db,
    )
    if (!rows[0]?.wanted) return
    await tellNights(tx, config.timeZone)
    await tellArrivals(tx)
    await tellNotes(tx)
    await sql`
      insert into customers (name, language, created_at)
      select (array['赵敏','钱程','孙悦','李响','周末','吴桐','郑好','王洁','冯源','陈曦','褚良','卫东','蒋欣','沈河','韩梅','杨帆','朱颜','秦川','尤里','许诺'])[1 + n % 20]
          || (array['', '之', '子', '若'])[1 + n / 20 % 4], 'zh-CN', ${tx.now}::timestamptz - interval '${sql.raw(String(DAYS))} days'
      from generate_series(0, 999) as n`.execute(tx.db)
    await sql`
      create temporary table past on commit drop as
      with asked as materialized (
        select n, ${noonBefore(plus(tx.now, -2 * HOUR), config.timeZone)}::timestamptz - make_interval(days => n / ${A_DAY}, secs => (n % ${A_DAY}) * 2400 + (hashint4(n) & 2147483647) % 2400) as at,
          (hashint4(n * 5) & 2147483647) % 1000 as customer, (hashint4(n * 11 + 3) & 2147483647) % 14 as agent, (hashint4(n * 17 + 2) & 2147483647) % 10 as topic
        from generate_series(0, ${DAYS * A_DAY - 1}) as n
      ), on_night as materialized (
        select distinct on (a.n) a.n, s.staff_id, s.id as shift_id from asked a
        join shifts s on s.night = (a.at at time zone ${config.timeZone} - interval '12 hours')::date and s.kind = 'night' and s.post = 'service' and s.during @> a.at
        order by a.n, hashint8(s.staff_id * 7 + a.n)
      )
      select a.n, a.at, ((hashint4(a.n * 7 + 1) & 2147483647) % 1000) / 1000.0 as luck, ((hashint4(a.n * 13 + 5) & 2147483647) % 1000) / 1000.0 as more,
        c.id as customer_id, w.id as staff_id, o.shift_id, case w.number when 'cs0312' then -0.42 when 'cs0301' then 0.06 else 0.0 end as skill,
        k.id as category_id, k.code, (array['web','web','web','widget','widget','phone','form','mail'])[1 + (hashint4(a.n * 3) & 2147483647) % 8] as channel
      from asked a
      join (select id, row_number() over (order by id) - 1 as at from customers where created_at < ${tx.now}::timestamptz - interval '80 days') c on c.at = a.customer
      join (select id, row_number() over (order by number) - 1 as at from staff where number between 'cs0301' and 'cs0314') g on g.at = a.agent
      left join on_night o on o.n = a.n
      join staff w on w.id = coalesce(o.staff_id, g.id)
      join (select id, code, row_number() over (order by position) - 1 as at from categories) k on k.at = a.topic`.execute(
      tx.db,
    )
    await sql`
      insert into tickets (number, state, customer_id, visitor_id, channel, language, category_id, subject, came_from, need, result, place_at, created_at,
        queued_at, complained_at, answer_due_at, first_answered_at, promised_at, last_seq, last_message_at, last_handler_id, resolved_at, closes_at, closed_at, next_at)
      select 'NT-' || ${FIRST_NUMBER}::integer + (${DAYS * A_DAY - 1} - n), 'closed', customer_id, null, channel, 'zh-CN', category_id,
        (array['宽带断了，光猫红灯','晚上网速很慢','域名解析不生效','这个月账单多了一笔','云服务器连不上','企业邮箱收不到信'])[1 + n % 6], null, '恢复服务', '已处理并告知客户',
        at, at, at, null, null, at + make_interval(secs => 12 + 90 * more), null, 2, at + interval '20 minutes', staff_id,
        at + make_interval(mins => (8 + 50 * more)::integer), null, least(at + interval '3 days', ${tx.now}::timestamptz), null
      from past where true`.execute(tx.db)
    await sql`
      insert into messages (ticket_id, seq, round, author, staff_id, client_id, body, code, details, at)
      select t.id, m.seq, 1, case m.seq when 1 then 'customer' else 'staff:' || p.staff_id end, case m.seq when 2 then p.staff_id end, gen_random_uuid(),
        case m.seq when 1 then t.subject else '已经查到原因并处理好，请您再试一下。' end, null, null, p.at + make_interval(mins => m.seq)
      from past p join tickets t on t.number = 'NT-' || ${FIRST_NUMBER}::integer + (${DAYS * A_DAY - 1} - p.n) cross join generate_series(1, 2) as m (seq)`.execute(
      tx.db,
    )
    await sql`
      insert into assignments (ticket_id, staff_id, shift_id, round, epoch, opened_at, ended_at, end_reason)
      select t.id, p.staff_id, p.shift_id, 1, 1, p.at + make_interval(secs => 6 + 60 * p.luck), t.resolved_at, 'resolved'
      from past p join tickets t on t.number = 'NT-' || ${FIRST_NUMBER}::integer + (${DAYS * A_DAY - 1} - p.n)`.execute(
      tx.db,
    )
    await sql`
      insert into promises (ticket_id, round, kind, state, due_at, remind_at, reminded_at, made_at, made_by, shift_id, ref, ended_at, ended_by, moved_to)
      select t.id, 1, 'update', case when p.more < 0.93 then 'kept' else 'broken' end, p.at + interval '40 minutes', p.at + interval '30 minutes', null,
        p.at + interval '5 minutes', p.staff_id, p.shift_id, null, p.at + interval '38 minutes', p.staff_id, null
      from past p join tickets t on t.number = 'NT-' || ${FIRST_NUMBER}::integer + (${DAYS * A_DAY - 1} - p.n) where p.n % 5 = 0`.execute(
      tx.db,
    )
    await sql`
      insert into escalations (ticket_id, round, state, department_id, person_id, post, need, tried, contact, promised_at, decided_at, decided_by, sent_at, sent_by,
        accept_due_at, accepted_at, accepted_by, answered_at, answered_by, result, for_customer, told_at, told_by, ended_at, return_reason, return_words, better_department_id)
      select t.id, 1, 'closed', d.id, null, null, '请核对后台数据', '前台已重启并核对账号', '电话', p.at + interval '3 hours', p.at + interval '6 minutes', p.staff_id,
        p.at + interval '6 minutes', p.staff_id, null, p.at + make_interval(mins => 8 + (30 * p.more)::integer), h.id, p.at + interval '70 minutes', h.id, '已修复', '已经修复，请再试',
        p.at + interval '80 minutes', p.staff_id, p.at + interval '80 minutes', null, null, null
      from past p join tickets t on t.number = 'NT-' || ${FIRST_NUMBER}::integer + (${DAYS * A_DAY - 1} - p.n)
      cross join (select id from departments where code = 'engineering') d cross join (select id from staff where number = 'rd0501') h where p.n % 14 = 0`.execute(
      tx.db,
    )
    await sql`
      insert into ratings (ticket_id, round, state, asked_at, handlers, service, product, reasons, comment, source, given_at)
      select t.id, 1, case when given then 'given' else 'asked' end, t.resolved_at,
        jsonb_build_array(jsonb_build_object('staffId', p.staff_id::text, 'shiftId', p.shift_id::text, 'messages', 1, 'share', 1)),
        case when given then mark end, case when given and p.more < 0.8 then product end,
        case when not given then '{}'::text[] when product <= 2 and p.more < 0.5 then array['line'] when p.code = 'billing' and mark <= 2 then array['price']
          when mark = 5 and p.more < 0.4 then array['kind', 'solved'] when mark = 5 and p.more < 0.6 then array['quick'] when mark <= 2 then array['slow'] else '{}' end,
        case when given and n % 4 = 0 then case when mark = 5 then (array['半夜还有人这么耐心，谢谢','讲得很清楚，一次就好了','态度特别好，五分钟解决'])[1 + n % 3]
          when mark >= 3 then '还可以' else (array['等得太久了','问题没有真正解决','线路一直不稳，不是客服的错'])[1 + n % 3] end end,
        case when given then 'chat' end, case when given then t.resolved_at + interval '15 minutes' end
      from (select *, luck < 0.46 as given,
          case when luck / 0.46 < 0.74 + skill - case when code = 'broadband-outage' then 0.14 else 0 end then 5 when more < 0.45 then 4 when more < 0.65 then 3 when more < 0.8 then 2 else 1 end as mark,
          case when more < 0.5 then 5 when more < 0.68 then 4 when more < 0.8 then 3 when luck < 0.3 then 2 else 1 end as product from past) p
      join tickets t on t.number = 'NT-' || ${FIRST_NUMBER}::integer + (${DAYS * A_DAY - 1} - p.n)`.execute(tx.db)
    await tellOwed(tx, 'NT-2____')
    await sql`
      insert into praises (rating_id, staff_id, heard_at)
      select r.id, (r.handlers->0->>'staffId')::bigint, r.given_at from ratings r
      where r.service = 5 and btrim(coalesce(r.comment, '')) <> '' and r.state = 'given' and jsonb_array_length(r.handlers) > 0
        and r.given_at > ${tx.now}::timestamptz - interval '45 days' on conflict do nothing`.execute(tx.db)
    // Nights that the program has counted while there was nothing behind it are counted anew.
    await tx.db.deleteFrom('report_counts').execute()
    await tx.db.deleteFrom('report_nights').execute()
  })
