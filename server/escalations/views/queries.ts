import { sql } from 'kysely'
import type { DepartmentId, EscalationId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader } from '../../schema.ts'
import { askedAt } from '../../tickets/waiting/queries.ts'
import type { EscalationRow } from '../queries.ts'
import { type EscalationState, OPEN_STATES, type TargetPost } from '../rules.ts'

/** A request with what its pages show around it. */
export type EscalationView = {
  id: EscalationId
  ticketId: TicketId
  number: string
  subject: string
  customerName: string
  /** Who has the ticket now. */
  heldBy: StaffId | null
  complained: boolean
  state: EscalationState
  department: { id: DepartmentId; name: Bilingual } | null
  post: TargetPost | null
  person: { name: string; nameEn: string } | null
  sentBy: { id: StaffId; name: string; nameEn: string } | null
  acceptedBy: { id: StaffId; name: string; nameEn: string } | null
  need: string
  tried: string
  contact: string
  promisedAt: Date | null
  decidedAt: Date
  /** Since when the customer waits, while they wait for this. */
  askedAt: Date | null
  sentAt: Date | null
  acceptDueAt: Date | null
  acceptedAt: Date | null
  answeredAt: Date | null
  result: string | null
  forCustomer: string | null
  toldAt: Date | null
  endedAt: Date | null
  returnReason: EscalationRow['return_reason']
  returnWords: string | null
  better: Bilingual | null
  step: number
  version: number
}

type Stored = Record<string, unknown> & { id: string; ticket_id: string }

const VIEW = sql`
  e.*, t.number, t.subject, t.complained_at is not null as complained, c.name as customer,
  (select h.staff_id from assignments h where h.ticket_id = t.id and h.ended_at is null) as held_by, d.name as department, b.name as better,
  p.name as person, p.name_en as person_en, s.name as sender, s.name_en as sender_en,
  a.name as acceptor, a.name_en as acceptor_en,
  case when e.state in ('decided', 'sent', 'accepted', 'asked_back', 'answered') then ${askedAt(sql.ref('t'))} end as asked_at
  from escalations e join tickets t on t.id = e.ticket_id join customers c on c.id = t.customer_id
  left join departments d on d.id = e.department_id left join departments b on b.id = e.better_department_id
  left join staff p on p.id = e.person_id left join staff s on s.id = coalesce(e.sent_by, e.decided_by)
  left join staff a on a.id = e.accepted_by`

export const named = (id: unknown, name: unknown, nameEn: unknown) =>
  id ? { id: id as StaffId, name: String(name), nameEn: String(nameEn) } : null

const viewOf = (row: Stored): EscalationView => ({
  id: row.id as EscalationId,
  ticketId: row.ticket_id as TicketId,
  number: row.number as string,
  subject: row.subject as string,
  customerName: row.customer as string,
  heldBy: row.held_by as StaffId | null,
  complained: row.complained as boolean,
  state: row.state as EscalationState,
  department: row.department_id ? { id: row.department_id as DepartmentId, name: row.department as Bilingual } : null,
  post: row.post as TargetPost | null,
  person: named(row.person_id, row.person, row.person_en),
  sentBy: named(row.sent_by ?? row.decided_by, row.sender, row.sender_en),
  acceptedBy: named(row.accepted_by, row.acceptor, row.acceptor_en),
  need: row.need as string,
  tried: row.tried as string,
  contact: row.contact as string,
  promisedAt: row.promised_at as Date | null,
  decidedAt: row.decided_at as Date,
  askedAt: row.asked_at as Date | null,
  sentAt: row.sent_at as Date | null,
  acceptDueAt: row.accept_due_at as Date | null,
  acceptedAt: row.accepted_at as Date | null,
  answeredAt: row.answered_at as Date | null,
  result: row.result as string | null,
  forCustomer: row.for_customer as string | null,
  toldAt: row.told_at as Date | null,
  endedAt: row.ended_at as Date | null,
  returnReason: row.return_reason as EscalationRow['return_reason'],
  returnWords: row.return_words as string | null,
  better: row.better as Bilingual | null,
  step: row.step as number,
  version: row.version as number,
})

/** @throws NotFound */
export async function viewEscalation(db: Reader, id: EscalationId): Promise<EscalationView> {
  const { rows } = await sql<Stored>`select ${VIEW} where e.id = ${id}`.execute(db)
  const [row] = rows
  if (!row) throw new NotFound()
  return viewOf(row)
}

/** Everything asked of others about a ticket, the newest last. */
export async function listOfTicket(db: Reader, ticketId: TicketId): Promise<EscalationView[]> {
  const { rows } = await sql<Stored>`select ${VIEW} where e.ticket_id = ${ticketId} order by e.id`.execute(db)
  return rows.map(viewOf)
}

/** A department's requests that still move, the oldest first; and those that ended lately, the newest first. */
export async function listOfDepartment(
  db: Reader,
  departmentId: DepartmentId,
  endedSince: Date,
): Promise<{ open: EscalationView[]; ended: EscalationView[] }> {
  const { rows } = await sql<Stored>`
    select ${VIEW} where e.department_id = ${departmentId} and e.state <> 'decided'
      and (e.state in ('sent', 'accepted', 'asked_back', 'answered') or coalesce(e.ended_at, e.told_at) > ${endedSince})
    order by e.sent_at, e.id limit 200`.execute(db)
  const all = rows.map(viewOf)
  const moves = (one: EscalationView) => (OPEN_STATES as readonly EscalationState[]).includes(one.state)
  return { open: all.filter(moves), ended: all.filter((one) => !moves(one)).reverse() }
}

/** What a post on duty has: waiting for somebody, and in somebody's hands. */
export async function listOfPost(db: Reader, post: TargetPost): Promise<EscalationView[]> {
  const { rows } = await sql<Stored>`
    select ${VIEW} where e.post = ${post} and e.state in ('sent', 'accepted', 'asked_back', 'answered')
    order by e.sent_at, e.id limit 200`.execute(db)
  return rows.map(viewOf)
}

/** All of the night, for whoever leads it. */
export async function listAll(db: Reader, endedSince: Date): Promise<EscalationView[]> {
  const { rows } = await sql<Stored>`
    select ${VIEW} where e.state in ('decided', 'sent', 'accepted', 'asked_back', 'answered') or e.ended_at > ${endedSince} or e.told_at > ${endedSince}
    order by e.decided_at, e.id limit 300`.execute(db)
  return rows.map(viewOf)
}

/** What this person sent, or follows up because the ticket is theirs now. */
export async function listFollowedBy(db: Reader, staffId: StaffId, endedSince: Date): Promise<EscalationView[]> {
  const { rows } = await sql<Stored>`
    select ${VIEW} where (e.decided_by = ${staffId} or exists (
      select from assignments g where g.ticket_id = e.ticket_id and g.ended_at is null and g.staff_id = ${staffId}))
      and (e.state in ('decided', 'sent', 'accepted', 'asked_back', 'answered') or e.ended_at > ${endedSince} or e.told_at > ${endedSince})
    order by e.decided_at, e.id limit 200`.execute(db)
  return rows.map(viewOf)
}
