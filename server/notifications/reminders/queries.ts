import { type RawBuilder, sql } from 'kysely'
import type { ReminderKind, ReminderPart } from '../../events/notifications.ts'
import type { AbuseCaseId, EscalationId, PromiseId, ReminderId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'

export type About = {
  readonly ticketId: TicketId
  readonly promiseId: PromiseId | null
  readonly escalationId: EscalationId | null
}
export type NewReminder = About & {
  readonly staffId: StaffId
  readonly kind: ReminderKind
  readonly part: ReminderPart
  readonly mail: 'none' | 'due'
}

export async function insertReminder(tx: Tx, reminder: NewReminder): Promise<ReminderId> {
  const row = await tx.db
    .insertInto('reminders')
    .values({
      staff_id: reminder.staffId,
      kind: reminder.kind,
      part: reminder.part,
      ticket_id: reminder.ticketId,
      promise_id: reminder.promiseId,
      escalation_id: reminder.escalationId,
      made_at: tx.now,
      read_at: null,
      mail: reminder.mail,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as ReminderId
}

export type Reminder = About & {
  readonly id: ReminderId
  readonly staffId: StaffId
  readonly name: string
  readonly email: string | null
  readonly language: Language
  readonly kind: ReminderKind
  readonly part: ReminderPart
  readonly number: string
  readonly subject: string
  readonly customerName: string
  /** Who has the ticket now. */
  readonly heldBy: StaffId | null
  readonly dueAt: Date | null
  /** The case of abuse that a second person is needed for. */
  readonly caseId: AbuseCaseId | null
  readonly madeAt: Date
  readonly readAt: Date | null
  readonly mail: 'none' | 'due' | 'left'
}
type Stored = Omit<Reminder, 'language'> & { language: Language | null }

const COLUMNS = sql`
  r.id, r.staff_id as "staffId", case when s.language = 'en' then s.name_en else s.name end as name, s.email, s.language,
  r.kind, r.part, r.ticket_id as "ticketId", r.promise_id as "promiseId", r.escalation_id as "escalationId",
  t.number, t.subject, c.name as "customerName",
  (select a.staff_id from assignments a where a.ticket_id = t.id and a.ended_at is null) as "heldBy", coalesce(p.due_at, e.promised_at) as "dueAt",
  case when r.part = 'second' then (select max(f.case_id)::text from abuse_flags f where f.ticket_id = r.ticket_id) end as "caseId", r.made_at as "madeAt",
  r.read_at as "readAt", r.mail
  from reminders r join staff s on s.id = r.staff_id join tickets t on t.id = r.ticket_id join customers c on c.id = t.customer_id
  left join promises p on p.id = r.promise_id left join escalations e on e.id = r.escalation_id`

const read = async (db: Reader, which: RawBuilder<unknown>): Promise<Reminder[]> =>
  (await sql<Stored>`select ${COLUMNS} ${which}`.execute(db)).rows.map((row) => ({
    ...row,
    language: row.language ?? 'zh-CN',
  }))

/** Of one person: the unread first, each the newest first. */
export const listReminders = (db: Reader, staffId: StaffId, limit: number): Promise<Reminder[]> =>
  read(db, sql`where r.staff_id = ${staffId} order by r.read_at is not null, r.id desc limit ${limit}`)

export const findReminder = async (db: Reader, id: ReminderId): Promise<Reminder | undefined> =>
  (await read(db, sql`where r.id = ${id}`))[0]

/** @throws NotFound */
export async function lockReminder(tx: Tx, id: ReminderId): Promise<Reminder> {
  const [row] = await read(tx.db, sql`where r.id = ${id} for update of r`)
  if (!row) throw new NotFound()
  return row
}

/** How many this person has not read. */
export async function countUnread(db: Reader, staffId: StaffId): Promise<number> {
  const { count } = await db
    .selectFrom('reminders')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('staff_id', '=', staffId)
    .where('read_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Marks as read: one of this person's, or all of them; the numbers of those that were unread. */
export async function storeRead(tx: Tx, staffId: StaffId, id: ReminderId | null): Promise<ReminderId[]> {
  const rows = await tx.db
    .updateTable('reminders')
    .set({ read_at: tx.now })
    .where('staff_id', '=', staffId)
    .where('read_at', 'is', null)
    .$if(id !== null, (q) => q.where('id', '=', id as ReminderId))
    .returning('id')
    .execute()
  return rows.map((row) => row.id as ReminderId)
}

/** Reminders whose letter has not been left. */
export async function listToWrite(db: Reader, _now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('reminders')
    .select('id')
    .where('mail', '=', 'due')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => ({ id, version: 0 }))
}

export const storeWritten = (tx: Tx, id: ReminderId) =>
  tx.db.updateTable('reminders').set({ mail: 'left' }).where('id', '=', id).execute()

/** The request that a promise was made for, where it was. */
export async function escalationOfPromise(db: Reader, id: PromiseId): Promise<EscalationId | null> {
  const row = await db.selectFrom('promises').select('ref').where('id', '=', id).executeTakeFirst()
  const [kind, ref] = row?.ref?.split(':') ?? []
  return kind === 'escalation' && ref ? (ref as EscalationId) : null
}

/** Duty managers checked in now: they are told where nobody has the ticket. */
export async function managersOnDuty(db: Reader, now: Date): Promise<StaffId[]> {
  const { rows } = await sql<{ id: string }>`
    select s.staff_id as id from attendances a
    join shifts s on s.id = a.shift_id and s.post = 'manager' and (s.during @> ${now}::timestamptz or a.stays_until > ${now})
    where a.checked_out_at is null order by s.staff_id`.execute(db)
  return rows.map(({ id }) => id as StaffId)
}

/** Who may be the second person about a case: the leadership group and duty managers on post, without those who had a part in it. */
export async function secondPeople(db: Reader, caseId: AbuseCaseId, now: Date): Promise<StaffId[]> {
  const { rows } = await sql<{ id: string }>`
    select s.id from staff s, abuse_cases c
    where c.id = ${caseId} and s.active
      and ('leadership' = any(s.standing_roles) or exists (
        select from attendances a join shifts h on h.id = a.shift_id and h.post = 'manager' and (h.during @> ${now}::timestamptz or a.stays_until > ${now})
        where a.staff_id = s.id and a.checked_out_at is null))
      and s.id is distinct from c.proposed_by and s.id is distinct from c.confirmed_by
      and not exists (select from abuse_flags f where f.case_id = c.id and f.flagged_by = s.id)
    order by s.id`.execute(db)
  return rows.map(({ id }) => id as StaffId)
}
