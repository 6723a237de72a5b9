import { type Selectable, sql } from 'kysely'
import type { DepartmentId, EscalationId, ShiftId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Bilingual } from '../kernel/language.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'
import { askedAt } from '../tickets/waiting/queries.ts'
import { type EscalationState, OPEN_STATES, type TargetPost } from './rules.ts'
import type { EscalationTables } from './tables.ts'

export type EscalationRow = Omit<
  Selectable<EscalationTables['escalations']>,
  | 'id'
  | 'ticket_id'
  | 'department_id'
  | 'person_id'
  | 'decided_by'
  | 'sent_by'
  | 'accepted_by'
  | 'answered_by'
  | 'told_by'
  | 'better_department_id'
> & {
  id: EscalationId
  ticket_id: TicketId
  department_id: DepartmentId | null
  person_id: StaffId | null
  decided_by: StaffId
  sent_by: StaffId | null
  accepted_by: StaffId | null
  answered_by: StaffId | null
  told_by: StaffId | null
  better_department_id: DepartmentId | null
}

/** The ticket a request belongs to; never changes, so it is read before the ticket is locked. @throws NotFound */
export async function ticketOf(db: Reader, id: EscalationId): Promise<TicketId> {
  const row = await db.selectFrom('escalations').select('ticket_id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row.ticket_id as TicketId
}

/** The row, locked; lock its ticket first (DESIGN 3.1). @throws NotFound */
export async function lockEscalation(tx: Tx, id: EscalationId): Promise<EscalationRow> {
  const row = await tx.db.selectFrom('escalations').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return row as EscalationRow
}

/** @throws NotFound */
export async function getEscalation(db: Reader, id: EscalationId): Promise<EscalationRow> {
  const row = await db.selectFrom('escalations').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row as EscalationRow
}

type Change = Partial<Omit<EscalationRow, 'id' | 'ticket_id' | 'version'>>

/** Writes columns of a locked request and counts its version up. */
export async function setEscalation(tx: Tx, id: EscalationId, change: Change): Promise<void> {
  await tx.db
    .updateTable('escalations')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()
}

export async function departmentOfStaff(db: Reader, id: StaffId): Promise<DepartmentId | undefined> {
  const row = await db.selectFrom('staff').select('department_id').where('id', '=', id).executeTakeFirst()
  return row?.department_id as DepartmentId | undefined
}

/** People of a department, and its head and night contact wherever they sit: they are written to, so they may act. */
export async function answersFor(db: Reader, id: StaffId, departmentId: DepartmentId): Promise<boolean> {
  const { rows } = await sql<{ answers: boolean }>`
    select exists (select from staff p join departments d on d.id = ${departmentId}
      where p.id = ${id} and p.active and (p.department_id = d.id or p.id in (d.head_id, d.night_contact_id))) as answers`.execute(
    db,
  )
  return rows[0]?.answers ?? false
}

/** How often departments have said "not ours" to this ticket in this round. */
export async function countBounces(db: Reader, ticketId: TicketId, round: number): Promise<number> {
  const { count } = await db
    .selectFrom('escalations')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('ticket_id', '=', ticketId)
    .where('round', '=', round)
    .where('state', '=', 'returned')
    .executeTakeFirstOrThrow()
  return Number(count)
}

export const listOpenOf = async (db: Reader, ticketId: TicketId): Promise<EscalationRow[]> =>
  (await db
    .selectFrom('escalations')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .where('state', 'in', [...OPEN_STATES])
    .orderBy('id')
    .execute()) as EscalationRow[]

export type NoteView = {
  side: 'agent' | 'department'
  name: string
  nameEn: string
  body: string
  at: Date
}

export async function listNotes(db: Reader, id: EscalationId): Promise<NoteView[]> {
  const rows = await db
    .selectFrom('escalation_notes as n')
    .innerJoin('staff as s', 's.id', 'n.staff_id')
    .select(['n.side', 's.name', 's.name_en', 'n.body', 'n.at'])
    .where('n.escalation_id', '=', id)
    .orderBy('n.id')
    .execute()
  return rows.map((row) => ({ side: row.side, name: row.name, nameEn: row.name_en, body: row.body, at: row.at }))
}

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

/** How many requests need this person now: to be accepted in their department, or theirs to pass on. */
export async function countForPerson(db: Reader, staffId: StaffId): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select (
      select count(*) from escalations e join staff p on p.id = ${staffId} and p.department_id = e.department_id
      where e.state = 'sent' and p.standing_roles && array['handler', 'head']
    ) + (
      select count(*) from escalation_offers where staff_id = ${staffId} and state = 'made'
    ) + (
      select count(*) from escalations e join assignments a on a.ticket_id = e.ticket_id and a.ended_at is null
      where a.staff_id = ${staffId} and e.state in ('decided', 'asked_back', 'answered')
    ) as count`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

/** Who follows it up: whoever has the ticket now, else whoever had it last. */
export async function ownerOf(
  db: Reader,
  ticketId: TicketId,
): Promise<{ staffId: StaffId; shiftId: ShiftId | null; epoch: number } | undefined> {
  const row = await db
    .selectFrom('assignments')
    .select(['staff_id', 'shift_id', 'epoch'])
    .where('ticket_id', '=', ticketId)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row && { staffId: row.staff_id as StaffId, shiftId: row.shift_id as ShiftId | null, epoch: row.epoch }
}
