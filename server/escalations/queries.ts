import { type Selectable, sql } from 'kysely'
import type { Post } from '../kernel/capabilities.ts'
import type { DepartmentId, EscalationId, ShiftId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Bilingual, Language } from '../kernel/language.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'
import { type EscalationState, OPEN_STATES, type TargetFacts, type TargetPost } from './rules.ts'
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

/** A decision to escalate; the same person's earlier one on this ticket where it has not been sent. */
export async function storeDecision(
  tx: Tx,
  ticket: { id: TicketId; round: number },
  by: StaffId,
): Promise<{ id: EscalationId; made: boolean }> {
  const made = await tx.db
    .insertInto('escalations')
    .values({
      ticket_id: ticket.id,
      round: ticket.round,
      state: 'decided',
      need: '',
      tried: '',
      contact: '',
      decided_at: tx.now,
      decided_by: by,
    } as never)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made) return { id: made.id as EscalationId, made: true }
  const { id } = await tx.db
    .selectFrom('escalations')
    .select('id')
    .where('ticket_id', '=', ticket.id)
    .where('decided_by', '=', by)
    .where('state', '=', 'decided')
    .executeTakeFirstOrThrow()
  return { id: id as EscalationId, made: false }
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

export type Target =
  | { kind: 'department'; departmentId: DepartmentId; personId: StaffId | null }
  | { kind: 'post'; post: TargetPost }

/** Who stands behind a target now. @throws NotFound where there is no such department */
export async function factsOfTarget(db: Reader, target: Target, now: Date): Promise<TargetFacts> {
  if (target.kind === 'post') return { kind: 'post', rostered: await countRostered(db, target.post, now) }
  const department = await db
    .selectFrom('departments')
    .select('id')
    .where('id', '=', target.departmentId)
    .executeTakeFirst()
  if (!department) throw new NotFound()
  const person = target.personId ? await standing(db, target.personId, target.departmentId) : 'none'
  return { kind: 'department', handlers: await countAnswering(db, target.departmentId), person }
}

/** Those who take its requests, with a night contact who may sit elsewhere. */
async function countAnswering(db: Reader, departmentId: DepartmentId): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from staff p join departments d on d.id = ${departmentId}
    where p.active and (p.id in (d.head_id, d.night_contact_id)
      or (p.department_id = d.id and p.standing_roles && array['handler', 'head']))`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

async function countRostered(db: Reader, post: Post, now: Date): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from shifts where post = ${post} and during @> ${now}::timestamptz`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

async function standing(db: Reader, id: StaffId, departmentId: DepartmentId): Promise<'fits' | 'gone' | 'elsewhere'> {
  const row = await db.selectFrom('staff').select(['active', 'department_id']).where('id', '=', id).executeTakeFirst()
  if (!row?.active) return 'gone'
  return row.department_id === departmentId ? 'fits' : 'elsewhere'
}

export type Handler = { id: StaffId; name: string; nameEn: string; head: boolean }

/** People of a department who may take its requests, the head last. */
export async function handlersOf(db: Reader, departmentId: DepartmentId): Promise<Handler[]> {
  const rows = await db
    .selectFrom('staff')
    .select(['id', 'name', 'name_en', 'standing_roles'])
    .where('department_id', '=', departmentId)
    .where('active', '=', true)
    .where(sql<boolean>`standing_roles && array['handler', 'head']`)
    .orderBy('number')
    .execute()
  return rows
    .map((row) => ({
      id: row.id as StaffId,
      name: row.name,
      nameEn: row.name_en,
      head: row.standing_roles.includes('head'),
    }))
    .toSorted((a, b) => Number(a.head) - Number(b.head))
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

/** What one person has accepted and not answered. */
export async function listHeldBy(
  db: Reader,
  staffId: StaffId,
  which: 'all' | 'of_post',
): Promise<{ id: EscalationId }[]> {
  const rows = await db
    .selectFrom('escalations')
    .select('id')
    .where('accepted_by', '=', staffId)
    .where('state', 'in', ['accepted', 'asked_back'])
    .$if(which === 'of_post', (q) => q.where('post', 'is not', null))
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ id: row.id as EscalationId }))
}

/** Decisions that were never sent. */
export async function listDecidedOf(db: Reader, ticketId: TicketId): Promise<{ id: EscalationId }[]> {
  const rows = await db
    .selectFrom('escalations')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('state', '=', 'decided')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ id: row.id as EscalationId }))
}

type Moved = { id: EscalationId; state: EscalationState }
const movedOf = (rows: readonly { id: string; state: EscalationState }[]): Moved[] =>
  rows.map(({ id, state }) => ({ id: id as EscalationId, state }))

/** Open requests of one ticket become the other's; one that asks the same target twice stays where it was. */
export async function moveToTicket(tx: Tx, from: TicketId, into: TicketId): Promise<Moved[]> {
  const { rows } = await sql<Moved>`
    update escalations e set ticket_id = ${into}, origin_ticket_id = coalesce(e.origin_ticket_id, ${from}), version = e.version + 1
    where e.ticket_id = ${from} and e.state in ('sent', 'accepted', 'asked_back', 'answered') and not exists (
      select from escalations o where o.ticket_id = ${into} and o.state in ('sent', 'accepted', 'asked_back', 'answered')
        and o.department_id is not distinct from e.department_id and o.post is not distinct from e.post)
    returning e.id, e.state`.execute(tx.db)
  return movedOf(rows)
}

export async function moveBack(tx: Tx, from: TicketId, into: TicketId): Promise<Moved[]> {
  const { rows } = await sql<Moved>`
    update escalations set ticket_id = ${from}, origin_ticket_id = null, version = version + 1
    where ticket_id = ${into} and origin_ticket_id = ${from} returning id, state`.execute(tx.db)
  return movedOf(rows)
}

export const listToldOf = async (db: Reader, ticketId: TicketId): Promise<{ id: EscalationId }[]> =>
  (
    await db
      .selectFrom('escalations')
      .select('id')
      .where('ticket_id', '=', ticketId)
      .where('state', '=', 'told')
      .orderBy('id')
      .execute()
  ).map((row) => ({ id: row.id as EscalationId }))

export const listReturnedOf = async (db: Reader, ticketId: TicketId): Promise<EscalationId[]> =>
  (
    await db
      .selectFrom('escalations')
      .select('id')
      .where('ticket_id', '=', ticketId)
      .where('state', '=', 'returned')
      .execute()
  ).map((row) => row.id as EscalationId)

/** Sent and not accepted in time, the longest first. */
export async function listUnaccepted(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: EscalationId; version: number }[]> {
  const rows = await db
    .selectFrom('escalations')
    .select(['id', 'version'])
    .where('state', '=', 'sent')
    .where('accept_due_at', '<=', now)
    .orderBy('accept_due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as EscalationId, version: row.version }))
}

/** Requests to departments whose people have not been written to yet. */
export async function listUntold(
  db: Reader,
  _now: Date,
  limit: number,
): Promise<{ id: EscalationId; version: number }[]> {
  const { rows } = await sql<{ id: string; letters: number }>`
    select id, letters from escalations
    where state = 'sent' and department_id is not null and (letters = 0 or (letters = 1 and step >= 2))
    order by sent_at limit ${limit}`.execute(db)
  return rows.map((row) => ({ id: row.id as EscalationId, version: row.letters }))
}

type Written = { id: StaffId; name: string; email: string | null; language: Language }

/** Whom letters about a request go to: the one person that was meant, else its handlers, else the night contact; or the head. */
export async function listReaders(
  db: Reader,
  { department_id: departmentId, person_id: personId }: Pick<EscalationRow, 'department_id' | 'person_id'>,
  who: 'handlers' | 'head',
): Promise<Written[]> {
  const { rows } = await sql<Written>`
    select p.id, case when p.language = 'en' then p.name_en else p.name end as name, p.email, coalesce(p.language, 'zh-CN') as language
    from staff p join departments d on d.id = ${departmentId}
    where p.active and case ${who}
      when 'head' then p.id = d.head_id or (d.head_id is null and p.department_id = d.id and 'head' = any(p.standing_roles))
      else case when ${personId}::bigint is not null then p.id = ${personId}
        else (p.department_id = d.id and 'handler' = any(p.standing_roles)) or p.id = d.night_contact_id end
      end
    order by p.number limit 20`.execute(db)
  return rows
}

/** The note, or undefined where this client id has been stored before. */
export async function insertNote(
  tx: Tx,
  note: { id: EscalationId; staffId: StaffId; side: 'agent' | 'department'; clientId: string; body: string },
): Promise<boolean> {
  const row = await tx.db
    .insertInto('escalation_notes')
    .values({
      escalation_id: note.id,
      staff_id: note.staffId,
      side: note.side,
      client_id: note.clientId,
      body: note.body,
      at: tx.now,
    })
    .onConflict((conflict) => conflict.constraint('escalation_notes_client_id_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

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
  a.name as acceptor, a.name_en as acceptor_en
  from escalations e join tickets t on t.id = e.ticket_id join customers c on c.id = t.customer_id
  left join departments d on d.id = e.department_id left join departments b on b.id = e.better_department_id
  left join staff p on p.id = e.person_id left join staff s on s.id = coalesce(e.sent_by, e.decided_by)
  left join staff a on a.id = e.accepted_by`

const named = (id: unknown, name: unknown, nameEn: unknown) =>
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

export type DepartmentLine = {
  id: DepartmentId
  name: Bilingual
  acceptMinutes: number | null
  nightPhone: string | null
  head: { name: string; nameEn: string } | null
  contact: { id: StaffId; name: string; nameEn: string } | null
}

export async function listDepartments(db: Reader): Promise<DepartmentLine[]> {
  const rows = await db
    .selectFrom('departments as d')
    .leftJoin('staff as h', 'h.id', 'd.head_id')
    .leftJoin('staff as c', 'c.id', 'd.night_contact_id')
    .select(['d.id', 'd.name', 'd.accept_minutes', 'd.night_phone', 'h.name as head', 'h.name_en as head_en'])
    .select(['c.id as contact_id', 'c.name as contact', 'c.name_en as contact_en'])
    .orderBy('d.position')
    .orderBy('d.id')
    .execute()
  return rows.map((row) => ({
    id: row.id as DepartmentId,
    name: row.name,
    acceptMinutes: row.accept_minutes,
    nightPhone: row.night_phone,
    head: row.head ? { name: row.head, nameEn: row.head_en ?? '' } : null,
    contact: named(row.contact_id, row.contact, row.contact_en),
  }))
}

/** A department's own time to accept, null where the house's holds. */
export async function acceptMinutesOf(db: Reader, id: DepartmentId): Promise<number | null> {
  const row = await db.selectFrom('departments').select('accept_minutes').where('id', '=', id).executeTakeFirst()
  return row?.accept_minutes ?? null
}

/** Departments with the people who take requests there, and posts with somebody rostered now. */
export async function listTargets(db: Reader, now: Date) {
  const departments = await listDepartments(db)
  return {
    departments: await Promise.all(
      departments.map(async (one) => ({ ...one, handlers: await handlersOf(db, one.id) })),
    ),
    technicians: await countRostered(db, 'technician', now),
  }
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

/** How a department answers: requests, bounces, median minutes to acceptance over the last weeks. */
export type DepartmentRecord = {
  departmentId: DepartmentId
  asked: number
  bounced: number
  open: number
  overdue: number
  acceptMinutes: number | null
}

export async function recordsOfDepartments(db: Reader, since: Date, now: Date): Promise<DepartmentRecord[]> {
  const { rows } = await sql<{
    department_id: string
    asked: string
    bounced: string
    open: string
    overdue: string
    minutes: string | null
  }>`
    select department_id, count(*) as asked, count(*) filter (where state = 'returned') as bounced,
      count(*) filter (where state in ('sent', 'accepted', 'asked_back')) as open,
      count(*) filter (where state = 'sent' and accept_due_at <= ${now} or step > 0 and state = 'sent') as overdue,
      percentile_cont(0.5) within group (order by extract(epoch from accepted_at - sent_at) / 60) filter (where accepted_at is not null) as minutes
    from escalations where department_id is not null and sent_at >= ${since} group by department_id`.execute(db)
  return rows.map((row) => ({
    departmentId: row.department_id as DepartmentId,
    asked: Number(row.asked),
    bounced: Number(row.bounced),
    open: Number(row.open),
    overdue: Number(row.overdue),
    acceptMinutes: row.minutes === null ? null : Math.round(Number(row.minutes)),
  }))
}
