import { sql } from 'kysely'
import { MINUTE, plus } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'

/** What a department or the technician was asked about one of the open conversations, as it stands now. */
type DemoRequest = {
  customer: string
  to: string | { post: 'technician' }
  state: 'sent' | 'accepted' | 'asked_back' | 'answered' | 'returned'
  /** Number of whoever accepted, answered or gave it back. */
  by?: string
  sentMinutesAgo: number
  /** Below zero: the time that was promised is over. */
  promisedInMinutes: number
  need: string
  tried: string
  asks?: string
  result?: string
  forCustomer?: string
}

const REQUESTS: readonly DemoRequest[] = [
  {
    customer: 'James Whitfield',
    to: 'engineering',
    state: 'sent',
    sentMinutesAgo: 6,
    promisedInMinutes: 110,
    need: 'His shop must answer again before 09:00 London time.',
    tried: 'Console works, security group unchanged, rebooted once.',
  },
  {
    customer: '澜图设计',
    to: 'engineering',
    state: 'accepted',
    by: 'rd0501',
    sentMinutesAgo: 42,
    promisedInMinutes: 35,
    need: 'SSH 恢复，下单系统在上面',
    tried: '控制台能进，安全组没改过，重启过一次',
  },
  {
    customer: 'Priya Raman',
    to: 'engineering',
    state: 'asked_back',
    by: 'rd0502',
    sentMinutesAgo: 55,
    promisedInMinutes: 70,
    need: 'Mail must arrive again on her phone.',
    tried: 'New password, certificate accepted by hand.',
    asks: 'Which mail program and version does she use? The old certificate is only kept by two of them.',
  },
  {
    customer: '顾一鸣',
    to: 'engineering',
    state: 'accepted',
    by: 'rd0502',
    sentMinutesAgo: 95,
    promisedInMinutes: -20,
    need: '邮箱登录不再提示证书过期',
    tried: '发过新配置，换过客户端，仍提示',
  },
  {
    customer: '白露',
    to: 'technology',
    state: 'answered',
    by: 'it0212',
    sentMinutesAgo: 50,
    promisedInMinutes: 25,
    need: '弄清多出的 30 元从哪来，能退就退',
    tried: '账单里是“云盘”，客户说没开过',
    result: '云盘是 10 月 3 日由旧套餐自动带入的，没有使用记录，已退订。',
    forCustomer: '这 30 元是旧套餐自动带入的云盘，您没有用过。已为您退订，费用会退回下期账单。',
  },
  {
    customer: '苏晴',
    to: 'engineering',
    state: 'returned',
    by: 'rd0501',
    sentMinutesAgo: 30,
    promisedInMinutes: 60,
    need: '明早八点前恢复宽带',
    tried: '光猫重启两次，LOS 灯仍是红的',
  },
  {
    customer: '苏晴',
    to: { post: 'technician' },
    state: 'sent',
    sentMinutesAgo: 2,
    promisedInMinutes: 60,
    need: '明早八点前恢复宽带',
    tried: '光猫重启两次，LOS 灯仍是红的；研发部说是机房侧',
  },
]

/**
 * Requests in every state, what was promised with them, and the complaint that the duty manager has not yet answered. A
 * handful of statements: the first start waits for them.
 */
export async function tellRequests(tx: Tx): Promise<void> {
  await insertRequests(tx)
  await sql`
    insert into incidents (kind, level, state, ticket_id, opened_at)
    select 'complaint', 'general', 'open', id, least(complained_at, ${tx.now}) from tickets
    where complained_at is not null and state in ('queued', 'open')`.execute(tx.db)
  await sql`
    insert into alarms (kind, ticket_id, raised_at)
    select 'complaint', ticket_id, opened_at from incidents where state = 'open'`.execute(tx.db)
}

async function insertRequests({ db, now }: Tx): Promise<void> {
  const rows = REQUESTS.map((one) => {
    const sentAt = plus(now, -one.sentMinutesAgo * MINUTE)
    const doneAt = plus(sentAt, Math.min(12, one.sentMinutesAgo / 2) * MINUTE)
    return {
      ...one,
      department: typeof one.to === 'string' ? one.to : null,
      post: typeof one.to === 'string' ? null : one.to.post,
      by: one.by ?? null,
      sent: sentAt,
      done: one.state === 'sent' ? null : doneAt,
      due: one.state === 'sent' ? plus(now, 24 * MINUTE) : null,
      promised: plus(now, one.promisedInMinutes * MINUTE),
    }
  })
  await sql`
    insert into escalations (ticket_id, round, state, department_id, post, need, tried, contact, promised_at, decided_at, decided_by,
      sent_at, sent_by, accept_due_at, letters, accepted_at, accepted_by, answered_at, answered_by, result, for_customer, ended_at,
      return_reason, return_words, better_department_id)
    select t.id, t.round, r.state, d.id, r.post, r.need, r.tried, coalesce(k.value, ''), r.promised, r.sent, a.staff_id,
      r.sent, a.staff_id, r.due, 1, case when r.state <> 'returned' then r.done end, case when r.state <> 'returned' then p.id end,
      case when r.state = 'answered' then r.done end, case when r.state = 'answered' then p.id end, r.result, r."forCustomer",
      case when r.state = 'returned' then r.done end, case when r.state = 'returned' then 'not_ours' end,
      case when r.state = 'returned' then '光路在机房侧，请转给今晚的技术值班' end, null
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (customer text, state text, department text, post text, need text,
      tried text, promised timestamptz, sent timestamptz, done timestamptz, due timestamptz, by text, result text, "forCustomer" text)
    join customers c on c.name = r.customer
    join tickets t on t.customer_id = c.id and t.state = 'open'
    join assignments a on a.ticket_id = t.id and a.ended_at is null
    left join departments d on d.code = r.department
    left join staff p on p.number = r.by
    left join lateral (select value from contacts where customer_id = c.id limit 1) k on true
    order by r.sent`.execute(db)
  await sql`
    insert into ticket_holds (ticket_id, kind, ref, set_at)
    select ticket_id, 'escalation', id::text, sent_at from escalations where state <> 'returned'`.execute(db)
  // While others have it our clocks stand still, and the customer's own wait is shown.
  await sql`
    insert into ticket_pauses (ticket_id, ref, from_at)
    select ticket_id, id::text, sent_at from escalations where state in ('sent', 'accepted')`.execute(db)
  await sql`
    update tickets t set answer_due_at = null
    where exists (select from ticket_pauses p where p.ticket_id = t.id and p.to_at is null)`.execute(db)
  await sql`
    insert into promises (ticket_id, round, kind, state, due_at, remind_at, made_at, made_by, shift_id, ref)
    select e.ticket_id, e.round, 'result', 'open', e.promised_at, e.promised_at - interval '10 minutes', e.sent_at, e.sent_by, a.shift_id,
      'escalation:' || e.id
    from escalations e join assignments a on a.ticket_id = e.ticket_id and a.ended_at is null
    where e.state <> 'returned'`.execute(db)
  await sql`
    update tickets t set promised_at = (select min(due_at) from promises p where p.ticket_id = t.id and p.state = 'open')
    where exists (select from promises p where p.ticket_id = t.id)`.execute(db)
  for (const { customer, asks, by, done } of rows)
    if (asks && by && done)
      await sql`
        insert into escalation_notes (escalation_id, staff_id, side, client_id, body, at)
        select e.id, p.id, 'department', ${crypto.randomUUID()}, ${asks}, ${done} from escalations e
        join tickets t on t.id = e.ticket_id join customers c on c.id = t.customer_id and c.name = ${customer}
        join staff p on p.number = ${by}`.execute(db)
}
