import { sql } from 'kysely'
import type { CallId, CustomerId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Reader } from '../../schema.ts'
import type { TicketState } from '../../tickets/rules.ts'
import type { CallState } from '../rules.ts'

const MOST = 8

export type Match = { id: CustomerId; name: string; language: Language; verified: boolean }

/** Every customer who gave this number; nobody has proved that a number is theirs, so all are shown, the newest first. */
export async function customersAt(db: Reader, number: string | null): Promise<Match[]> {
  if (!number) return []
  const rows = await db
    .selectFrom('contacts as x')
    .innerJoin('customers as c', 'c.id', 'x.customer_id')
    .select(['c.id', 'c.name', 'c.language', 'x.verified_at'])
    .where('x.kind', '=', 'phone')
    .where('x.value', '=', number)
    .where('c.erased_at', 'is', null)
    .orderBy('c.id', 'desc')
    .limit(MOST)
    .execute()
  return rows.map((row) => ({
    id: row.id as CustomerId,
    name: row.name,
    language: row.language,
    verified: row.verified_at !== null,
  }))
}

export type OpenTicket = {
  id: TicketId
  number: string
  subject: string
  state: TicketState
  customerId: CustomerId
  customerName: string
  heldBy: StaffId | null
  lastMessageAt: Date
}

/** What these customers have open with us. */
export async function openTicketsOf(db: Reader, customerIds: readonly CustomerId[]): Promise<OpenTicket[]> {
  if (customerIds.length === 0) return []
  const { rows } = await sql<OpenTicket>`
    select t.id, t.number, t.subject, t.state, t.customer_id as "customerId", c.name as "customerName",
      t.last_message_at as "lastMessageAt", a.staff_id as "heldBy"
    from tickets t join customers c on c.id = t.customer_id
    left join assignments a on a.ticket_id = t.id and a.ended_at is null
    where t.customer_id = any(${[...customerIds]}::bigint[]) and t.state in ('new', 'queued', 'open', 'resolved')
    order by t.state = 'resolved', t.last_message_at desc limit ${MOST}`.execute(db)
  return rows
}

export type PastCall = {
  id: CallId
  beganAt: Date
  state: CallState
  direction: 'in' | 'out'
  agent: { name: string; nameEn: string } | null
  ticketId: TicketId | null
  number: string | null
}

/** The calls of this number before. */
export async function lastCallsOf(
  db: Reader,
  number: string | null,
  except: CallId | null,
  limit = 3,
): Promise<PastCall[]> {
  if (!number) return []
  const { rows } = await sql<PastCall>`
    select k.id, k.began_at as "beganAt", k.state, k.direction, k.ticket_id as "ticketId", t.number,
      case when s.id is not null then json_build_object('name', s.name, 'nameEn', s.name_en) end as agent
    from calls k left join staff s on s.id = k.answered_by left join tickets t on t.id = k.ticket_id
    where k.number = ${number} and k.id <> ${except ?? '0'} and not k.test
    order by k.began_at desc, k.id desc limit ${limit}`.execute(db)
  return rows
}

export async function ticketNumbered(db: Reader, number: string): Promise<TicketId | undefined> {
  const row = await db
    .selectFrom('tickets')
    .select('id')
    .where(sql`upper(number)`, '=', number.trim().toUpperCase())
    .executeTakeFirst()
  return row?.id as TicketId | undefined
}

/** The number of some customer: for the demo. */
export async function somebodysNumber(db: Reader): Promise<string | undefined> {
  const { rows } = await sql<{ value: string }>`
    select x.value from contacts x join customers c on c.id = x.customer_id
    where x.kind = 'phone' and c.erased_at is null order by random() limit 1`.execute(db)
  return rows[0]?.value
}
