import { type RawBuilder, sql } from 'kysely'
import type { Channel } from '../events/tickets.ts'
import type { Post } from '../kernel/capabilities.ts'
import type { OfferId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Bilingual, Language } from '../kernel/language.ts'
import { MINUTE, plus, SECOND } from '../kernel/time.ts'
import type { Reader } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { queueOrder } from '../tickets/queries.ts'
import { answerTarget } from '../tickets/sla/queries.ts'
import { askedAt, isWithOthers } from '../tickets/waiting/queries.ts'
import { isEngaged } from './engagements/queries.ts'
import { listCandidates } from './offers/queries.ts'
import { isAble, isPresent } from './rules.ts'

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

export type OpenOffer = {
  id: OfferId
  ticketId: TicketId
  expiresAt: Date
  seconds: number
  customerName: string
  category: Bilingual | null
  channel: Channel
  language: Language
  question: string
  complained: boolean
  since: Date
  visits: number
}

/** The offer on this person's screen. */
export async function openOfferOf(db: Reader, staffId: StaffId, now: Date): Promise<OpenOffer | null> {
  const { rows } = await sql<{
    id: string
    ticket_id: string
    expires_at: Date
    made_at: Date
    customer: string
    category: Bilingual | null
    channel: Channel
    language: Language
    question: string
    complained: boolean
    since: Date
    visits: string
  }>`
    select o.id, o.ticket_id, o.expires_at, o.made_at, c.name as customer, k.name as category, t.channel, t.language,
      t.complained_at is not null as complained, coalesce(t.queued_at, t.created_at) as since,
      (select left(m.body, 300) from messages m where m.ticket_id = t.id and m.author = 'customer' order by m.seq desc limit 1) as question,
      (select count(*) from tickets e where e.customer_id = t.customer_id) as visits
    from offers o join tickets t on t.id = o.ticket_id join customers c on c.id = t.customer_id
    left join categories k on k.id = t.category_id
    where o.staff_id = ${staffId} and o.state = 'made' and o.expires_at > ${now}`.execute(db)
  const [row] = rows
  return row
    ? {
        id: row.id as OfferId,
        ticketId: row.ticket_id as TicketId,
        expiresAt: row.expires_at,
        seconds: (row.expires_at.getTime() - row.made_at.getTime()) / 1000,
        customerName: row.customer,
        category: row.category,
        channel: row.channel,
        language: row.language,
        question: row.question,
        complained: row.complained,
        since: row.since,
        visits: Number(row.visits),
      }
    : null
}

/** How this person's last offer ended, where that was a moment ago and they have no other; what the card says when it goes. */
export async function endedOfferOf(
  db: Reader,
  staffId: StaffId,
  since: Date,
): Promise<{ ticketId: TicketId; state: 'taken' | 'expired' | 'withdrawn' } | null> {
  const row = await db
    .selectFrom('offers')
    .select(['ticket_id', 'state', 'ended_at'])
    .where('staff_id', '=', staffId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row?.ended_at || row.ended_at < since || row.state === 'made' || row.state === 'passed') return null
  return { ticketId: row.ticket_id as TicketId, state: row.state }
}

export type Colleague = {
  staffId: StaffId
  name: string
  nameEn: string
  post: Post
  open: number
  here: boolean
  onBreak: boolean
}

/** Who is on a post that talks with customers now. */
export async function listColleagues(db: Reader, now: Date): Promise<Colleague[]> {
  const { quietSeconds } = await currentSettings(db)
  const { rows } = await sql<{
    staff_id: string
    name: string
    name_en: string
    post: Post
    open: string
    seen_at: Date | null
    on_break: boolean
  }>`
    select s.staff_id, p.name, p.name_en, s.post,
      (select count(*) from assignments g where g.staff_id = s.staff_id and g.ended_at is null) as open,
      (select max(r.seen_at) from presence r where r.staff_id = s.staff_id) as seen_at,
      exists (select from breaks b where b.attendance_id = a.id and b.ended_at is null) as on_break
    from attendances a join shifts s on s.id = a.shift_id and (s.during @> ${now}::timestamptz or a.stays_until > ${now}) and s.post in ('service', 'manager')
    join staff p on p.id = s.staff_id
    where a.checked_out_at is null order by p.number`.execute(db)
  return rows.map((row) => ({
    staffId: row.staff_id as StaffId,
    name: row.name,
    nameEn: row.name_en,
    post: row.post,
    open: Number(row.open),
    here: isPresent(row.seen_at, now, quietSeconds),
    onBreak: row.on_break,
  }))
}

/** Whom customers see awake: on a customer-service post or leading the night, and present. */
export async function someoneOnPost(
  db: Reader,
  now: Date,
): Promise<{ count: number; faces: { name: string; nameEn: string }[] }> {
  const here = (await listColleagues(db, now)).filter((one) => one.here)
  return { count: here.length, faces: here.slice(0, 3).map(({ name, nameEn }) => ({ name, nameEn })) }
}

/** In another statement: whether anybody of those is there. */
export const isSomeoneOnPost = (now: Date, quietSeconds: number): RawBuilder<boolean> => sql<boolean>`exists (
  select from attendances a join shifts s on s.id = a.shift_id and (s.during @> ${now}::timestamptz or a.stays_until > ${now}) and s.post in ('service', 'manager')
  join presence r on r.staff_id = a.staff_id and r.seen_at >= ${plus(now, -quietSeconds * SECOND)}
  where a.checked_out_at is null)`

/** How many could be asked about something new this very moment: able, and not being asked already. */
export async function ableNow(db: Reader, now: Date): Promise<number> {
  const settings = await currentSettings(db)
  const candidates = await listCandidates(db, now, plus(now, -settings.offerAgainMinutes * MINUTE))
  return candidates.filter((one) => isAble(one, settings, now) && !one.hasOpenOffer).length
}

type Leaving = { readonly quietSeconds: number; readonly noOffersBeforeEndMinutes: number }
/** In another statement, one row: how many on a customer-service post are there to take something, whatever they have in hand, and since when the running shifts go. */
export const onPostAt = (now: Date, { quietSeconds, noOffersBeforeEndMinutes }: Leaving): RawBuilder<unknown> => sql`(
  select min(lower(s.during)) as since, count(*) filter (
    where coalesce(a.stays_until, upper(s.during)) > ${plus(now, noOffersBeforeEndMinutes * MINUTE)}
    and exists (select from presence r where r.staff_id = a.staff_id and r.seen_at >= ${plus(now, -quietSeconds * SECOND)})
    and not exists (select from breaks b where b.attendance_id = a.id and b.ended_at is null)
    and not ${isEngaged(sql.ref('s.staff_id'), now)})::integer as able
  from attendances a join shifts s on s.id = a.shift_id and s.post = 'service' and (s.during @> ${now}::timestamptz or a.stays_until > ${now})
  where a.checked_out_at is null)`
