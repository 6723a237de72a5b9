import { sql } from 'kysely'
import type { StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import { isAsked } from '../log/queries.ts'
import type { Asked } from '../log/rules.ts'

/** Of one line of figures; shares are of those that rang in. */
export type Figures = {
  rang: number
  answered: number
  /** Median seconds from the ring to the answer. */
  medianSeconds: number | null
  withinGoal: number
  givenUp: number
  missed: number
  voicemail: number
  rejected: number
  unlogged: number
}

const COUNTS = (goalSeconds: number) => sql`
  count(*) filter (where k.direction = 'in' and k.state <> 'rejected')::integer as rang,
  count(*) filter (where k.direction = 'in' and k.answered_at is not null)::integer as answered,
  percentile_cont(0.5) within group (order by extract(epoch from k.answered_at - k.rang_at))
    filter (where k.direction = 'in' and k.answered_at is not null and k.rang_at is not null)::float as "medianSeconds",
  count(*) filter (where k.direction = 'in' and k.answered_at <= k.rang_at + make_interval(secs => ${goalSeconds}))::integer as "withinGoal",
  count(*) filter (where k.state = 'abandoned' and k.direction = 'in')::integer as "givenUp",
  count(*) filter (where k.state = 'missed' and k.direction = 'in')::integer as missed,
  count(*) filter (where k.state = 'voicemail' and k.direction = 'in')::integer as voicemail,
  count(*) filter (where k.state = 'rejected')::integer as rejected,
  count(*) filter (where k.answered_at is not null and k.logged_at is null)::integer as unlogged`

export async function figuresOf(db: Reader, asked: Asked, goalSeconds: number): Promise<Figures> {
  const { rows } = await sql<Figures>`select ${COUNTS(goalSeconds)} from calls k where ${isAsked(asked)}`.execute(db)
  const [row] = rows
  if (!row) throw new Error('figures are always one row')
  return row
}

/** By the company's hour of the day in which they rang. */
export async function figuresByHour(
  db: Reader,
  asked: Asked,
  { goalSeconds, zone }: { goalSeconds: number; zone: string },
): Promise<(Figures & { hour: number })[]> {
  const { rows } = await sql<Figures & { hour: number }>`
    select extract(hour from k.began_at at time zone ${zone})::integer as hour, ${COUNTS(goalSeconds)}
    from calls k where ${isAsked(asked)} and k.direction = 'in' group by 1`.execute(db)
  return rows
}

/** Whose figures: somebody, or nobody where all are null. */
export type Whose = { id: StaffId; name: string; nameEn: string } | { id: null; name: null; nameEn: null }

/** By who spoke; what nobody took, or a phone that we do not know, is nobody's and comes last. */
export async function figuresByAgent(
  db: Reader,
  asked: Asked,
  goalSeconds: number,
): Promise<(Figures & Whose & { talkSeconds: number })[]> {
  const { rows } = await sql<Figures & Whose & { talkSeconds: number }>`
    select s.id, s.name, s.name_en as "nameEn", ${COUNTS(goalSeconds)},
      coalesce(sum(extract(epoch from k.ended_at - k.answered_at)) filter (where k.ended_at is not null), 0)::integer as "talkSeconds"
    from calls k left join staff s on s.id = k.answered_by where ${isAsked(asked)}
    group by s.id order by s.id is null, answered desc, s.number`.execute(db)
  return rows
}

export type Owed = { due: number; overdue: number; done: number; givenUp: number }
/** Callbacks that are owed now, and those that ended since. */
export async function countOwed(db: Reader, now: Date, since: Date): Promise<Owed> {
  const { rows } = await sql<Owed>`
    select count(*) filter (where state in ('due', 'claimed'))::integer as due,
      count(*) filter (where state in ('due', 'claimed') and due_at <= ${now})::integer as overdue,
      count(*) filter (where state = 'done' and ended_at >= ${since})::integer as done,
      count(*) filter (where state = 'given_up' and ended_at >= ${since})::integer as "givenUp"
    from callbacks where state in ('due', 'claimed') or ended_at >= ${since}`.execute(db)
  return rows[0] ?? { due: 0, overdue: 0, done: 0, givenUp: 0 }
}

/** Callbacks by who has them, or had them at their end; those that nobody claimed are nobody's. */
export async function owedByAgent(
  db: Reader,
  { now, since, agent }: { now: Date; since: Date; agent: StaffId | null },
): Promise<(Owed & Whose)[]> {
  const { rows } = await sql<Owed & Whose>`
    select s.id, s.name, s.name_en as "nameEn", count(*) filter (where b.state in ('due', 'claimed'))::integer as due,
      count(*) filter (where b.state in ('due', 'claimed') and b.due_at <= ${now})::integer as overdue,
      count(*) filter (where b.state = 'done')::integer as done,
      count(*) filter (where b.state = 'given_up')::integer as "givenUp"
    from callbacks b left join staff s on s.id = coalesce(b.ended_by, b.claimed_by)
    where (b.state in ('due', 'claimed') or b.ended_at >= ${since}) and (${agent}::bigint is null or s.id = ${agent})
    group by s.id order by s.id is null, s.number`.execute(db)
  return rows
}

/** Callbacks that are still owed by the company's hour in which they were opened; null for those carried over from before. */
export async function owedByHour(
  db: Reader,
  { now, since, zone }: { now: Date; since: Date; zone: string },
): Promise<{ hour: number | null; due: number; overdue: number }[]> {
  const { rows } = await sql<{ hour: number | null; due: number; overdue: number }>`
    select case when opened_at >= ${since} then extract(hour from opened_at at time zone ${zone})::integer end as hour,
      count(*)::integer as due, count(*) filter (where due_at <= ${now})::integer as overdue
    from callbacks where state in ('due', 'claimed') group by 1`.execute(db)
  return rows
}
