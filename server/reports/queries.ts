import { sql } from 'kysely'
import { isEngaged } from '../desk/engagements/queries.ts'
import type { AlarmKind } from '../events/desk.ts'
import type { Post } from '../kernel/capabilities.ts'
import type { AbuseCaseId, AlarmId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Bilingual } from '../kernel/language.ts'
import { MINUTE, plus } from '../kernel/time.ts'
import type { Reader } from '../schema.ts'
import type { Settings } from '../settings/definitions.ts'
import { answerTarget } from '../tickets/sla/queries.ts'

/** Reads across features for the night board; writes nothing of others. */
export type Need = {
  alarmId: AlarmId
  kind: AlarmKind
  raisedAt: Date
  subject: string | null
  ticket: {
    id: TicketId
    number: string
    subject: string
    customerName: string
    heldBy: StaffId | null
    since: Date
    open: boolean
  } | null
  /** The case that an agent opened with the panic key. */
  caseId: AbuseCaseId | null
  /** Who was asked in this round and did not take it. */
  refusedBy: { name: string; nameEn: string }[]
}

/** Several ring for one ticket: cut before they are rows, the newest tickets of a bad night would not be there. */
const ALARMS_AT_ONCE = 300

/** Open alarms, oldest first, after those that no number of others may push away: what a hand is needed for. */
export async function listNeeds(db: Reader): Promise<Need[]> {
  const { rows } = await sql<{
    id: string
    kind: AlarmKind
    raised_at: Date
    subject: string | null
    ticket_id: string | null
    number: string
    ticket_subject: string
    customer: string
    since: Date
    state: string
    held_by: string | null
    case_id: string | null
    refused: { name: string; nameEn: string }[] | null
  }>`
    select a.id, a.kind, a.raised_at, a.subject, t.id as ticket_id, t.number, t.subject as ticket_subject, t.state,
      (select h.staff_id from assignments h where h.ticket_id = t.id and h.ended_at is null) as held_by,
      c.name as customer, coalesce(t.queued_at, t.created_at) as since,
      case when a.kind = 'abuse' then (select max(f.case_id) from abuse_flags f where f.ticket_id = t.id) end as case_id,
      (select json_agg(distinct jsonb_build_object('name', s.name, 'nameEn', s.name_en)) from offers o join staff s on s.id = o.staff_id
        where o.ticket_id = t.id and o.round = t.round and o.state in ('passed', 'expired')) as refused
    from alarms a
    left join tickets t on t.id = a.ticket_id
    left join customers c on c.id = t.customer_id
    where a.settled_at is null
    order by a.kind in ('abuse', 'complaint') desc, a.raised_at limit ${ALARMS_AT_ONCE}`.execute(db)
  return rows.map((row) => ({
    alarmId: row.id as AlarmId,
    kind: row.kind,
    raisedAt: row.raised_at,
    subject: row.subject,
    ticket: row.ticket_id
      ? {
          id: row.ticket_id as TicketId,
          number: row.number,
          subject: row.ticket_subject,
          customerName: row.customer,
          heldBy: row.held_by as StaffId | null,
          since: row.since,
          open: row.state === 'queued',
        }
      : null,
    caseId: row.case_id as AbuseCaseId | null,
    refusedBy: row.refused ?? [],
  }))
}

export type OnBoard = {
  staffId: StaffId
  name: string
  nameEn: string
  post: Post
  state: 'here' | 'on_break' | 'silent' | 'absent' | 'missing'
  until: Date
  seenAt: Date | null
  breakEndsBy: Date | null
  /** On the phone. */
  engaged: boolean
  waitingOnUs: number
  waitingOnCustomer: number
}

/** Everybody whose shift covers this instant, with what they do; those who have not come are `absent`, and `missing` once the grace is over. */
export async function listOnBoard(
  db: Reader,
  now: Date,
  { quietSeconds, lateGraceMinutes }: Pick<Settings, 'quietSeconds' | 'lateGraceMinutes'>,
): Promise<OnBoard[]> {
  const { rows } = await sql<{
    staff_id: string
    name: string
    name_en: string
    post: Post
    since: Date
    until: Date
    attendance: string | null
    came: boolean
    seen_at: Date | null
    ends_by: Date | null
    engaged: boolean
    on_us: string
    on_customer: string
  }>`
    select s.staff_id, p.name, p.name_en, s.post, s.starts_at as since, coalesce(a.stays_until, s.ends_at) as until, a.id as attendance,
      exists (select from attendances came where came.shift_id = s.id) as came,
      (select max(seen_at) from presence where presence.staff_id = s.staff_id) as seen_at, b.ends_by, ${isEngaged(sql.ref('s.staff_id'), now)} as engaged,
      count(t.id) filter (where t.waiting_on = 'us') as on_us,
      count(t.id) filter (where t.waiting_on = 'customer') as on_customer
    from shifts s
    join staff p on p.id = s.staff_id
    left join attendances a on a.shift_id = s.id and a.checked_out_at is null
    left join breaks b on b.attendance_id = a.id and b.ended_at is null
    left join assignments g on g.staff_id = s.staff_id and g.ended_at is null
    left join tickets t on t.id = g.ticket_id
    where s.id in (select id from shifts where during @> ${now}::timestamptz
      union all select shift_id from attendances where checked_out_at is null and stays_until > ${now})
    group by s.id, p.id, a.id, b.id
    order by p.number`.execute(db)
  return rows.map((row) => ({
    staffId: row.staff_id as StaffId,
    name: row.name,
    nameEn: row.name_en,
    post: row.post,
    until: row.until,
    seenAt: row.seen_at,
    breakEndsBy: row.ends_by,
    engaged: row.engaged,
    waitingOnUs: Number(row.on_us),
    waitingOnCustomer: Number(row.on_customer),
    state: !row.attendance
      ? !row.came && row.since <= plus(now, -lateGraceMinutes * MINUTE)
        ? 'missing'
        : 'absent'
      : row.ends_by
        ? 'on_break'
        : row.seen_at && row.seen_at >= plus(now, -quietSeconds * 1000)
          ? 'here'
          : 'silent',
  }))
}

export type ClockAtRisk = {
  /** An answer that is owed, or a solution whose agreed time is over. */
  kind: 'answer' | 'solution'
  ticketId: TicketId
  customerName: string
  heldBy: StaffId | null
  category: Bilingual | null
  complained: boolean
  dueAt: Date
  /** What it was agreed at; null where its clock has not been set up yet. */
  seconds: number | null
  staff: { name: string; nameEn: string } | null
}

/** Answers owed and solutions overdue, the most urgent first. */
export async function listClocks(db: Reader, now: Date, limit: number): Promise<ClockAtRisk[]> {
  const { rows } = await sql<{
    kind: ClockAtRisk['kind']
    id: string
    customer: string
    category: Bilingual | null
    complained: boolean
    due_at: Date
    seconds: number | null
    name: string | null
    name_en: string | null
    held_by: string | null
  }>`
    with owed as (
      select 'answer' as kind, t.id, t.answer_due_at as due_at, null::integer as seconds from tickets t
      where t.state in ('queued', 'open') and t.answer_due_at is not null
      union all
      select 'solution', k.ticket_id, k.due_at, k.target_seconds from ticket_clocks k
      where k.kind = 'resolution' and k.ended_at is null and k.due_at <= ${now}
      order by due_at limit ${limit}
    )
    select o.kind, o.id, o.due_at, coalesce(o.seconds, ${answerTarget(sql.ref('t'))}) as seconds, c.name as customer, k.name as category, t.complained_at is not null as complained, s.name, s.name_en,
      a.staff_id as held_by
    from owed o join tickets t on t.id = o.id join customers c on c.id = t.customer_id
    left join categories k on k.id = t.category_id
    left join assignments a on a.ticket_id = t.id and a.ended_at is null left join staff s on s.id = a.staff_id
    order by o.due_at`.execute(db)
  return rows.map((row) => ({
    kind: row.kind,
    ticketId: row.id as TicketId,
    customerName: row.customer,
    heldBy: row.held_by as StaffId | null,
    category: row.category,
    complained: row.complained,
    dueAt: row.due_at,
    seconds: row.seconds,
    staff: row.name ? { name: row.name, nameEn: row.name_en ?? '' } : null,
  }))
}
