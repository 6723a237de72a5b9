import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { ObligationKind, ObligationState } from '../../kernel/obligations.ts'
import type { Window } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'
import type { PostRates } from './contract.ts'
import type { Fact, Packed } from './rules.ts'

type Row = { staff_id: StaffId; facts: Fact[] }
const byPerson = (rows: readonly Row[]): Map<StaffId, Fact[]> => new Map(rows.map((row) => [row.staff_id, row.facts]))
const list = (people: readonly StaffId[]) => sql`${[...people]}::bigint[]`

export type KindFacts = {
  readonly staffId: StaffId
  readonly kind: ObligationKind
  readonly post: Post | null
  readonly state: ObligationState
  readonly refs: readonly number[]
}
/** What these people owed in a window and what became of it, together what became the same; what is not over yet is nothing. */
export async function obligationFacts(
  db: Reader,
  people: readonly StaffId[],
  { from, to }: Window,
): Promise<KindFacts[]> {
  const { rows } = await sql<KindFacts>`
    select staff_id as "staffId", kind, post, state, array_to_json(array_agg(id)) as refs from obligations
    where staff_id = any(${list(people)}) and due_at >= ${from} and due_at < ${to} and state <> 'due'
    group by staff_id, kind, post, state`.execute(db)
  return rows
}

export function factsOfKinds(all: readonly KindFacts[], kinds: readonly ObligationKind[]): Map<StaffId, Packed[]> {
  const facts = new Map<StaffId, Packed[]>()
  for (const { staffId, kind, post, state, refs } of all) {
    if (!kinds.includes(kind)) continue
    const value = state === 'done' ? 1 : state === 'excused' ? null : 0
    const why = value === null ? { why: 'excused' } : {}
    const own = facts.get(staffId) ?? []
    facts.set(staffId, own)
    own.push({ refs, value, code: state, ...(post ? { post } : {}), ...why })
  }
  return facts
}

export type KindRate = {
  readonly kind: ObligationKind
  readonly post: Post
  readonly done: number
  readonly of: number
}
/** What each post reaches on the whole, of each kind. */
export async function obligationRates(db: Reader, { from, to }: Window): Promise<KindRate[]> {
  const { rows } = await sql<KindRate>`
    select kind, post, count(*) filter (where state = 'done')::integer as done, count(*)::integer as of from obligations
    where due_at >= ${from} and due_at < ${to} and state in ('done', 'late', 'missed') and staff_id is not null and post is not null
    group by kind, post`.execute(db)
  return rows
}

export function ratesOfKinds(all: readonly KindRate[], kinds: readonly ObligationKind[]): PostRates {
  const rates: Record<string, { done: number; of: number }> = {}
  for (const { kind, post, done, of } of all) {
    if (!kinds.includes(kind)) continue
    const before = rates[post] ?? { done: 0, of: 0 }
    rates[post] = { done: before.done + done, of: before.of + of }
  }
  return rates
}

export type ShiftFact = {
  readonly staffId: StaffId
  readonly shiftId: string
  readonly post: Post
  readonly night: string
  /** `left_post` where it was decided that they left it; a case that is open, or was decided otherwise, is nothing. */
  readonly arrival: 'ready' | 'late_for_handover' | 'late' | 'left_post' | null
  readonly minutesLate: number
}

/**
 * Their shifts of a month's nights, and how they came to each, by what holds since corrections: among them those on which
 * they were replaced. What was excused, and nights of approved leave, are not in it: they leave the count (section 3, A).
 */
export async function shiftFacts(
  db: Reader,
  people: readonly StaffId[],
  { month, next }: { month: string; next: string },
): Promise<ShiftFact[]> {
  const { rows } = await sql<{
    staff_id: StaffId
    id: string
    post: Post
    night: string
    arrival: ShiftFact['arrival']
    minutes_late: number | null
  }>`
    select s.staff_id, s.id, s.post, to_char(s.night, 'YYYY-MM-DD') as night, a.arrival, a.minutes_late from shifts s
    left join lateral (
      select case when exists (select from post_cases c where c.attendance_id = a.attendance_id and c.state = 'left_post') then 'left_post'
        else arrival end as arrival, minutes_late
      from attended a where a.shift_id = s.id and a.staff_id = s.staff_id) a on true
    where s.staff_id = any(${list(people)}) and s.night >= ${month}::date and s.night < ${next}::date
      and not exists (select from absences x where x.shift_id = s.id and x.staff_id = s.staff_id and x.excused_at is not null)
      and not exists (select from obligations o where o.kind = 'arrival' and o.shift_id = s.id and o.staff_id = s.staff_id and o.state = 'excused')
      and (a.arrival is not null or not exists (
        select from staff_leaves l where l.staff_id = s.staff_id and l.cancelled_at is null and s.night between l.first_day and l.last_day))
    union all
    select x.staff_id, x.shift_id, x.post, to_char(x.night, 'YYYY-MM-DD'), null, null from absences x
    where x.staff_id = any(${list(people)}) and x.night >= ${month}::date and x.night < ${next}::date
      and x.replaced_by is not null and x.shift_id is not null and x.excused_at is null
    order by 4, 2`.execute(db)
  return rows.map((row) => ({
    staffId: row.staff_id,
    shiftId: row.id,
    post: row.post,
    night: row.night,
    arrival: row.arrival,
    minutesLate: row.minutes_late ?? 0,
  }))
}

/** What duty managers noted about their shifts of a month, each 0..1. */
export async function noteFacts(
  db: Reader,
  people: readonly StaffId[],
  { month, next }: { month: string; next: string },
): Promise<Map<StaffId, Fact[]>> {
  const { rows } = await sql<Row>`
    select s.staff_id, json_agg(json_build_object('ref', n.id::text, 'by', n.manager_id::text, 'at', to_char(s.night, 'YYYY-MM-DD'),
      'value', (n.reachable + n.records + n.courteous + n.helpful) / 12.0) order by n.id) as facts
    from shift_notes n join shifts s on s.id = n.shift_id
    where s.staff_id = any(${list(people)}) and s.night >= ${month}::date and s.night < ${next}::date
    group by s.staff_id`.execute(db)
  return byPerson(rows)
}

/** What was granted to them in a window; whatever rests on an appraisal is left out. */
export async function commendationFacts(
  db: Reader,
  people: readonly StaffId[],
  { from, to }: Window,
): Promise<Map<StaffId, Fact[]>> {
  const { rows } = await sql<Row>`
    select staff_id, json_agg(json_strip_nulls(json_build_object('ref', id::text, 'code', 'good', 'at', to_char(decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'why', case when source = 'appraisal' then 'counted_once' end))::jsonb
      || jsonb_build_object('value', case when source <> 'appraisal' then 1 end) order by id) as facts
    from commendations
    where staff_id = any(${list(people)}) and state in ('granted', 'executed') and decided_at >= ${from} and decided_at < ${to}
    group by staff_id`.execute(db)
  return byPerson(rows)
}

/** False records that were decided as proven in a window, and stand; about what, so that one event costs points once. */
export async function falseRecordFacts(
  db: Reader,
  people: readonly StaffId[],
  { from, to }: Window,
): Promise<Map<StaffId, Fact[]>> {
  const { rows } = await sql<Row>`
    select staff_id, json_agg(json_strip_nulls(json_build_object('ref', id::text, 'value', 1, 'code', weight,
      'at', to_char(decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'about', (select 'obligation:' || substring(l from '^/obligations/([0-9]+)$') from unnest(links) l where l ~ '^/obligations/[0-9]+$' limit 1)))
      order by id) as facts
    from false_records
    where staff_id = any(${list(people)}) and state in ('proven', 'objected') and decided_at >= ${from} and decided_at < ${to}
    group by staff_id`.execute(db)
  return byPerson(rows)
}

export type Led = { readonly managerId: StaffId; readonly shiftId: string }

/** Shifts that these people led on the whole: those of which they were there for more than half. */
export async function shiftsLedBy(
  db: Reader,
  people: readonly StaffId[],
  { month, next }: { month: string; next: string },
): Promise<Led[]> {
  const { rows } = await sql<Led>`
    select m.staff_id as "managerId", s.id as "shiftId" from shifts m
    join shifts s on s.during && m.during and s.post <> 'manager' and s.staff_id <> m.staff_id
    where m.post = 'manager' and m.staff_id = any(${list(people)}) and m.night >= ${month}::date and m.night < ${next}::date
      and (upper(m.during * s.during) - lower(m.during * s.during)) * 2 > s.ends_at - s.starts_at`.execute(db)
  return rows
}
