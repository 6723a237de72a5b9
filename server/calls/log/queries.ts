import { type RawBuilder, sql } from 'kysely'
import { isEngagedNow } from '../../desk/engagements/queries.ts'
import type { CallbackId, CallId, LineId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader } from '../../schema.ts'
import type { CallState } from '../rules.ts'
import type { Asked } from './rules.ts'

export type Person = { id: StaffId; name: string; nameEn: string }
/** A call with what its pages show around it. */
export type CallView = {
  id: CallId
  lineId: LineId
  line: string
  /** Whether this line keeps what is said. */
  records: boolean
  direction: 'in' | 'out'
  state: CallState
  number: string | null
  called: string | null
  queue: string | null
  test: boolean
  beganAt: Date
  rangAt: Date | null
  answeredAt: Date | null
  endedAt: Date | null
  closesAt: Date | null
  cause: string | null
  claimedBy: Person | null
  answeredBy: Person | null
  answeredUser: string | null
  note: string
  ticket: { id: TicketId; number: string } | null
  loggedAt: Date | null
  loggedAs: string | null
  score: number | null
  ratingAskedAt: Date | null
  callbackId: CallbackId | null
  rejectedWhy: string | null
  recordings: number
}

const person = (alias: string): RawBuilder<unknown> => {
  const at = (column: string) => sql.ref(`${alias}.${column}`)
  return sql`case when ${at('id')} is not null then json_build_object('id', ${at('id')}::text, 'name', ${at('name')}, 'nameEn', ${at('name_en')}) end`
}
const VIEW = sql`
  select k.id, k.line_id as "lineId", l.name as line, cardinality(l.recording_hosts) > 0 as records, k.direction, k.state, k.number,
    k.called, k.queue, k.test, k.began_at as "beganAt", k.rang_at as "rangAt", k.answered_at as "answeredAt", k.ended_at as "endedAt",
    k.closes_at as "closesAt", k.cause, ${person('c')} as "claimedBy", ${person('a')} as "answeredBy", k.answered_user as "answeredUser",
    k.note, case when t.id is not null then json_build_object('id', t.id::text, 'number', t.number) end as ticket,
    k.logged_at as "loggedAt", k.logged_as as "loggedAs", k.score, k.rating_asked_at as "ratingAskedAt",
    k.callback_id as "callbackId", k.rejected_why as "rejectedWhy",
    (select count(*)::integer from call_recordings r where r.call_id = k.id and r.state = 'stored') as recordings
  from calls k join phone_lines l on l.id = k.line_id left join staff c on c.id = k.claimed_by
  left join staff a on a.id = k.answered_by left join tickets t on t.id = k.ticket_id`

/** @throws NotFound */
export async function viewCall(db: Reader, id: CallId): Promise<CallView> {
  const { rows } = await sql<CallView>`${VIEW} where k.id = ${id}`.execute(db)
  const [row] = rows
  if (!row) throw new NotFound()
  return row
}

/**
 * What rings at one agent, or was lifted at a phone that nobody knows: nobody has taken it, they have not declined it and have no other call. A line that names whom
 * it rings rings those of them who are on post; where it names none of these, it rings everybody on post.
 */
export async function listRinging(db: Reader, staffId: StaffId, now: Date): Promise<CallView[]> {
  if (await isEngagedNow(db, staffId, now)) return []
  const named = sql`
    select p.id from staff p join attendances at on at.staff_id = p.id and at.checked_out_at is null
    join shifts s on s.id = at.shift_id and s.post = 'service' and (s.during @> ${now}::timestamptz or at.stays_until > ${now})
    where p.active and (p.login = any(k.users) or p.number = any(k.users) or p.id::text = any(k.users)
      or exists (select from phone_extensions e where e.staff_id = p.id and e.extension = any(k.users)))`
  const { rows } = await sql<CallView>`
    ${VIEW}
    where (k.state = 'ringing' and k.rang_at is not null or k.state = 'answered' and k.answered_by is null)
      and k.direction = 'in' and k.closes_at > ${now} and k.claimed_by is null
      and not exists (select from call_declines d where d.call_id = k.id and d.staff_id = ${staffId})
      and (not exists (${named}) or ${staffId}::bigint in (${named}))
    order by k.began_at, k.id limit 20`.execute(db)
  return rows
}

/** Those that this person has on the line, or has said to take. */
export async function listMineLive(db: Reader, staffId: StaffId): Promise<CallView[]> {
  const { rows } = await sql<CallView>`
    ${VIEW}
    where k.state in ('ringing', 'answered') and coalesce(k.answered_by, k.claimed_by) = ${staffId} and k.logged_at is null
    order by k.began_at desc, k.id desc limit 5`.execute(db)
  return rows
}

/** Spoken and not written down, however long ago: they stay until they are. */
export async function listMineUnlogged(db: Reader, staffId: StaffId, limit: number): Promise<CallView[]> {
  const { rows } = await sql<CallView>`
    ${VIEW}
    where k.answered_by = ${staffId} and k.answered_at is not null and k.logged_at is null and not k.test
    order by k.began_at desc, k.id desc limit ${limit}`.execute(db)
  return rows
}

export async function listOfTicket(db: Reader, ticketId: TicketId): Promise<CallView[]> {
  const { rows } = await sql<CallView>`
    ${VIEW}
    where k.ticket_id = ${ticketId} or k.ticket_id in (
        select m.from_id from ticket_merges m where m.into_id = ${ticketId} and m.split_at is null)
      or k.callback_id in (select b.id from callbacks b where b.ticket_id = ${ticketId})
    order by k.began_at, k.id limit 30`.execute(db)
  return rows
}

/** What the log is asked for, as a condition on `calls k`. */
export function isAsked(asked: Asked): RawBuilder<boolean> {
  const { from, to, line, agent, state, direction, number, unlogged } = asked
  const all: RawBuilder<unknown>[] = [sql`not k.test`]
  if (from) all.push(sql`k.began_at >= ${from}`)
  if (to) all.push(sql`k.began_at < ${to}`)
  if (line) all.push(sql`k.line_id = ${line}`)
  if (agent) all.push(sql`k.answered_by = ${agent}`)
  if (direction) all.push(sql`k.direction = ${direction}`)
  if (state === 'unanswered') all.push(sql`k.state in ('missed', 'abandoned', 'voicemail')`)
  else if (state === 'answered') all.push(sql`k.state in ('answered', 'ended')`)
  else if (state) all.push(sql`k.state = ${state}`)
  if (number) all.push(sql`k.number like ${`%${number.replace(/[\\%_]/g, '')}%`}`)
  if (unlogged) all.push(sql`k.answered_at is not null and k.logged_at is null`)
  return sql<boolean>`${sql.join(all, sql` and `)}`
}

/** The newest first; `before` is the last id of the page before. */
export async function listCalls(
  db: Reader,
  asked: Asked,
  { before, limit }: { before: CallId | null; limit: number },
): Promise<CallView[]> {
  const after = before
    ? sql`and (k.began_at, k.id) < (select x.began_at, x.id from calls x where x.id = ${before})`
    : sql``
  const { rows } = await sql<CallView>`
    ${VIEW} where ${isAsked(asked)} ${after} order by k.began_at desc, k.id desc limit ${limit}`.execute(db)
  return rows
}

/** What needs this person at the phone: callbacks of everybody's and theirs, and what they have not written down. */
export async function countForPhone(db: Reader, staffId: StaffId): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select ((select count(*) from callbacks where state = 'due' or (state = 'claimed' and claimed_by = ${staffId}))
      + (select count(*) from calls where answered_by = ${staffId} and state = 'ended' and logged_at is null and not test))::integer as count`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}

/** Whether there was ever a call: without a line and without one the phone is nothing to speak of. */
export async function hasPhone(db: Reader): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (select from phone_lines where removed_at is null) or exists (select from calls where not test) as has`.execute(
    db,
  )
  return rows[0]?.has ?? false
}

export async function listAnswering(db: Reader): Promise<Person[]> {
  const { rows } = await sql<Person>`
    select id, name, name_en as "nameEn" from staff s
    where exists (select from calls k where k.answered_by = s.id) order by s.number`.execute(db)
  return rows
}
