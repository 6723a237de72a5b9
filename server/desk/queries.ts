import { sql } from 'kysely'
import type { Channel } from '../events/tickets.ts'
import type { StaffId, TicketId } from '../kernel/ids.ts'
import type { Bilingual, Language } from '../kernel/language.ts'
import type { Reader } from '../schema.ts'
import { queueOrder } from '../tickets/queue/queries.ts'
import { answerTarget } from '../tickets/sla/queries.ts'
import { askedAt, isWithOthers } from '../tickets/waiting/queries.ts'

/** One row of the agent's queue. */
export type DeskRow = {
  ticketId: TicketId
  number: string
  subject: string
  customerName: string
  channel: Channel
  language: Language
  category: Bilingual | null
  complained: boolean
  round: number
  waitingOn: 'us' | 'customer'
  lastWords: string
  lastMessageAt: Date
  since: Date
  answerDueAt: Date | null
  /** What its answer clock was agreed at; null while none runs. */
  answerSeconds: number | null
  /** Since when the customer waits, while others have their ticket. */
  askedAt: Date | null
  unread: number
  heldBy: StaffId | null
}
type Stored = {
  id: string
  number: string
  subject: string
  customer: string
  channel: Channel
  language: Language
  category: Bilingual | null
  complained: boolean
  round: number
  waiting_on: 'us' | 'customer'
  last_words: string | null
  last_message_at: Date
  since: Date
  answer_due_at: Date | null
  answer_seconds: number | null
  asked_at: Date | null
  unread: string
  held_by: string | null
}
const rowOf = (row: Stored): DeskRow => ({
  ticketId: row.id as TicketId,
  number: row.number,
  subject: row.subject,
  customerName: row.customer,
  channel: row.channel,
  language: row.language,
  category: row.category,
  complained: row.complained,
  round: row.round,
  waitingOn: row.waiting_on,
  lastWords: row.last_words ?? row.subject,
  lastMessageAt: row.last_message_at,
  since: row.since,
  answerDueAt: row.answer_due_at,
  answerSeconds: row.answer_seconds,
  askedAt: row.asked_at,
  unread: Number(row.unread),
  heldBy: row.held_by as StaffId | null,
})

const columns = (reader: string) => sql`
  t.id, t.number, t.subject, c.name as customer, t.channel, t.language, k.name as category, t.complained_at is not null as complained,
  t.round, t.waiting_on, t.last_message_at, coalesce(t.queued_at, t.created_at) as since, t.answer_due_at,
  ${answerTarget(sql.ref('t'))} as answer_seconds, case when ${isWithOthers(sql.ref('t'))} then ${askedAt(sql.ref('t'))} end as asked_at,
  (select left(m.body, 120) from messages m where m.ticket_id = t.id and m.author <> 'house' order by m.seq desc limit 1) as last_words,
  (select h.staff_id from assignments h where h.ticket_id = t.id and h.ended_at is null) as held_by,
  (select count(*) from messages m where m.ticket_id = t.id and m.author = 'customer' and m.seq > coalesce(
    (select r.read_seq from marks r where r.ticket_id = t.id and r.reader = ${reader}), 0)) as unread`

/** My open conversations: those that wait for us first, the most urgent clock on top. */
export async function listMine(db: Reader, staffId: StaffId): Promise<DeskRow[]> {
  const { rows } = await sql<Stored>`
    select ${columns(`staff:${staffId}`)}
    from assignments a join tickets t on t.id = a.ticket_id join customers c on c.id = t.customer_id
    left join categories k on k.id = t.category_id
    where a.staff_id = ${staffId} and a.ended_at is null
    order by t.waiting_on desc, t.answer_due_at nulls last, t.last_message_at desc`.execute(db)
  return rows.map(rowOf)
}

/** What waits, in the order in which it is offered, with its place. */
export async function listQueue(db: Reader, staffId: StaffId, limit: number): Promise<(DeskRow & { place: number })[]> {
  const { rows } = await sql<Stored & { place: string }>`
    select ${columns(`staff:${staffId}`)}, q.place
    from (
      select w.id, row_number() over (order by ${queueOrder(sql.ref('w'))}) as place
      from tickets w where w.state = 'queued' order by ${queueOrder(sql.ref('w'))} limit ${limit}) q
    join tickets t on t.id = q.id
    join customers c on c.id = t.customer_id left join categories k on k.id = t.category_id
    order by q.place`.execute(db)
  return rows.map((row) => ({ ...rowOf(row), place: Number(row.place) }))
}

export async function countQueue(db: Reader): Promise<{ queued: number; unanswered: number }> {
  const { rows } = await sql<{ queued: string; fresh: string }>`
    select count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'new') as fresh
    from tickets where state in ('new', 'queued')`.execute(db)
  return { queued: Number(rows[0]?.queued ?? 0), unanswered: Number(rows[0]?.fresh ?? 0) }
}

/** What needs this person at the desk: words nobody has read, and an open offer. */
export async function countForMe(db: Reader, staffId: StaffId): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select (select count(*) from offers where staff_id = ${staffId} and state = 'made') + (
      select count(*) from assignments a join tickets t on t.id = a.ticket_id
      where a.staff_id = ${staffId} and a.ended_at is null and t.waiting_on = 'us'
        and (t.answer_due_at is not null or not ${isWithOthers(sql.ref('t'))})) as count`.execute(db)
  return Number(rows[0]?.count ?? 0)
}
