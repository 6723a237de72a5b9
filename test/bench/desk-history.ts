/**
 * What a desk has behind it, as the house would have written it: most of it is history, as in every house; 400 wait, each
 * agent has five conversations open with words nobody has read, twenty were left while nobody was on post.
 */
const QUEUED = 400
const EACH = 5
const LEFT = 20
const RESOLVED = 500

/** Words that are looked for: each pair of letters and each word in so many of a thousand messages. */
const WORDS = `(array['宽带断了，光猫红灯一直在闪','网速很慢，晚上看不了视频','账单多扣了两个月的费用','域名解析还没有生效','云服务器连不上','邮箱收不到外部来信','想约师傅上门移机','发票抬头写错了'])`
const ENGLISH = `(array['The line has been down since midnight','Video calls stutter every evening','I was billed twice for October','DNS still answers the old address','The server refuses my key','Mail from outside never arrives','Please move my connection to a new flat','The invoice carries a wrong name'])`
const RARE = `(array['蓝鲸','墨竹','青瓦','白桦','赤壁','紫荆','金桂','银杏'])`

/** One message in a thousand has a rare word of its own, one in three is English. */
const body = (
  n: string,
  seq: string,
): string => `case when ${n} % 3 = 0 then ${ENGLISH}[1 + (${n} + ${seq}) % 8] || ', case ' || ${n}
  else ${WORDS}[1 + (${n} + ${seq}) % 8] || '，编号 ' || ${n} end || case when ${n} % 1000 = 7 then ' ' || ${RARE}[1 + ${n} / 1000 % 8] || ' quartz' else '' end`

const messages = (
  each: number,
  which: string,
): string => `insert into messages (ticket_id, seq, round, author, staff_id, client_id, body, at)
  select t.id, seq, 1, case when seq % 2 = 0 and t.last_handler_id is not null then 'staff:' || t.last_handler_id else 'customer' end,
    case when seq % 2 = 0 then t.last_handler_id end, gen_random_uuid(), ${body('t.id', 'seq')}, t.created_at + seq * interval '1 minute'
  from tickets t, generate_series(1, ${each}) seq where ${which} order by t.id, seq`

/** Tickets 1..count with three messages each, over three years. */
export const deskHistory = (count: number, agents: number): string[] => [
  ...people(1, count),
  `insert into tickets (state, waiting_on, customer_id, channel, language, category_id, subject, place_at, created_at, queued_at,
      last_message_at, answer_due_at, epoch, last_handler_id, first_answered_at, resolved_at, closes_at, closed_at)
    select state, case when state = 'open' and n % 2 = 0 then 'customer' else 'us' end, n, 'web', case when n % 3 = 0 then 'en' else 'zh-CN' end,
      1 + n % 8, ${body('n', '1')}, at, at, at, at + interval '3 minutes', case when state in ('queued', 'open') then at + interval '1 hour' end,
      case when state in ('new', 'queued') then 0 else 1 end, case when state in ('new', 'queued') then null else 1 + n % ${agents} end,
      case when state in ('new', 'queued') then null else at + interval '2 minutes' end,
      case when state in ('resolved', 'closed') then at + interval '1 hour' end,
      case when state in ('resolved', 'closed') then at + interval '73 hours' end, case when state = 'closed' then at + interval '73 hours' end
    from (select n, case when n > ${count} - ${QUEUED} then 'queued' when n > ${count} - ${QUEUED} - ${agents * EACH} then 'open'
      when n > ${count} - ${QUEUED} - ${agents * EACH} - ${LEFT} then 'new' when n > ${count} - ${QUEUED} - ${agents * EACH} - ${LEFT} - ${RESOLVED} then 'resolved' else 'closed' end as state,
      now() - (${count} - n) * interval '30 seconds' as at from generate_series(1, ${count}) n) made`,
  `insert into assignments (ticket_id, staff_id, shift_id, round, epoch, opened_at, ended_at, end_reason)
    select t.id, t.last_handler_id, s.id, 1, 1, t.created_at + interval '1 minute', t.resolved_at, case when t.resolved_at is null then null else 'resolved' end
    from tickets t join shifts s on s.staff_id = t.last_handler_id where t.epoch = 1 order by t.id`,
  messages(3, 't.last_seq = 0'),
  `update tickets set last_seq = 3 where last_seq = 0`,
  // Everybody has read the first message of what they have.
  `insert into marks (ticket_id, reader, delivered_seq, read_seq, read_at)
    select ticket_id, 'staff:' || staff_id, 3, 1, now() from assignments`,
]

/** Tickets from..to, all of them closed long ago, one every so many seconds, with one message each. */
export const moreHistory = (from: number, to: number, everySeconds = 90): string[] => [
  ...people(from, to),
  `insert into tickets (state, waiting_on, customer_id, channel, language, category_id, subject, place_at, created_at, queued_at,
      last_message_at, last_seq, epoch, last_handler_id, resolved_at, closes_at, closed_at)
    select 'closed', 'customer', n, 'web', case when n % 3 = 0 then 'en' else 'zh-CN' end, 1 + n % 8, ${body('n', '1')}, at, at, at, at,
      1, 1, 1 + n % 16, at + interval '1 hour', at + interval '73 hours', at + interval '73 hours'
    from (select n, now() - interval '10 days' - (${to} - n) * interval '${everySeconds} seconds' as at from generate_series(${from}, ${to}) n) made`,
  // Ids equal numbers in a database that had none; to write a million rows twice would take as long again.
  messages(1, `t.id between ${from} and ${to}`),
]

const people = (from: number, to: number): string[] => [
  `insert into customers (name, language, created_at) select '顾客' || n, 'zh-CN', now() from generate_series(${from}, ${to}) n`,
]
