import { sql } from 'kysely'
import { hasChief, listChiefs } from '../../../accounts/leadership/queries.ts'
import type { Post, Rank } from '../../../kernel/capabilities.ts'
import { isHoliday } from '../../../kernel/holidays.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { addDays, comingNight, instantOf, type Window, weekdayOf, windowOf } from '../../../kernel/time.ts'
import type { Reader } from '../../../schema.ts'
import type { Settings } from '../../../settings/definitions.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Cell, Limits, MonthFacts, NightFacts, PersonFacts, StandingDuty } from '../../facts.ts'
import { datesOf, neighbour } from '../../month.ts'
import { listCells } from '../cells/queries.ts'

type At = { readonly now: Date; readonly zone: string }

/** Everything the checker and the generator need of a month, read at one instant. */
export async function readFacts(db: Reader, month: string, { now, zone }: At): Promise<MonthFacts> {
  const settings = await currentSettings(db)
  const hours = { start: settings.nightStart, end: settings.nightEnd, zone }
  const tonight = comingNight(now, hours)
  const [nights, people, standing, cells, met, groupHasHead, chiefs] = await Promise.all([
    readNights(db, month, settings, zone),
    readPeople(db, month, zone),
    readStanding(db, month, hours),
    listCells(db, month),
    readMet(db, month),
    hasChief(db, now),
    listChiefs(db),
  ])
  // What is over, and what begins before anybody could be told.
  const fixed: Cell[] = cells.filter((cell) => cell.locked || cell.night < tonight)
  const headless = nights
    .filter(({ night, window }) => night >= tonight && !isHeaded(window, chiefs, now))
    .map(({ night }) => night)
  const over = nights.flatMap(({ night }) => (night < tonight ? [night] : []))
  const limits = limitsOf(settings)
  return { month, zone, nights, people, standing, fixed, met, groupHasHead, headless, over, limits }
}

/** Whether terms of 组长 cover all of a window that is still ahead; one may follow the other in the middle of it. */
function isHeaded({ from, to }: Window, terms: readonly { from: Date; to: Date | null }[], now: Date): boolean {
  let covered = Math.max(from.getTime(), now.getTime())
  for (const term of terms)
    if (term.from.getTime() <= covered) covered = Math.max(covered, term.to?.getTime() ?? Number.POSITIVE_INFINITY)
  return covered >= to.getTime()
}

export const headsOf = (settings: Settings): Readonly<Record<Post, number>> => ({
  manager: 1,
  service: settings.headsService,
  technician: settings.headsTechnician,
  guard: settings.headsGuard,
})

const limitsOf = (settings: Settings): Limits => ({
  restHours: settings.restHours,
  restAfterRunHours: settings.restAfterRunHours,
  nightsInFour: settings.nightsInFour,
  nightsInSeven: settings.nightsInSeven,
  hoursADay: settings.hoursADay,
  hoursAWeek: settings.hoursAWeek,
  overtimeHoursAMonth: settings.overtimeHoursAMonth,
  earlyMinutes: settings.earlyMinutes,
  breakMinutes: settings.breakMinutes,
  hoursApproved: settings.hoursApproval !== '',
  trainingFrom: settings.trainingFrom || null,
  seniorNights: settings.seniorNights,
  pairNights: settings.pairNights,
})

async function readNights(db: Reader, month: string, settings: Settings, zone: string): Promise<NightFacts[]> {
  const needs = await db
    .selectFrom('roster_needs')
    .select(['night', 'post', 'heads', 'gap_reason'])
    .where('night', '>=', `${month}-01`)
    .where('night', '<', `${neighbour(month, 1)}-01`)
    .execute()
  return datesOf(month).map((night) => {
    const mine = needs.filter((need) => need.night === night)
    const heads = { ...headsOf(settings) }
    // Row 8: every night has its one duty manager, whatever was once asked.
    for (const { post, heads: asked } of mine) if (asked !== null && post !== 'manager') heads[post] = asked
    return {
      night,
      window: windowOf(night, settings.nightStart, settings.nightEnd, zone),
      heads,
      weekend: weekdayOf(night) > 5,
      holiday: isHoliday(night),
      gapReasons: Object.fromEntries(mine.flatMap(({ post, gap_reason: reason }) => (reason ? [[post, reason]] : []))),
    }
  })
}

type PersonRow = {
  id: StaffId
  name: string
  rank: Rank
  department_id: string
  posts: Post[]
  birth_date: string | null
  protected_from: string | null
  protected_to: string | null
  trained_until: string | null
  most_nights: number | null
  created: string
  nights: number
  weekends: number
  manager_turns: number
  nights_of: string[]
}

async function readPeople(db: Reader, month: string, zone: string): Promise<PersonFacts[]> {
  const [first, next] = [`${month}-01`, `${neighbour(month, 1)}-01`]
  const since = addDays(first, -183)
  const [{ rows }, leaves, wishes] = await Promise.all([
    sql<PersonRow>`
      select p.id::text as id, p.name, p.rank, p.department_id::text as department_id, p.posts, h.birth_date, h.protected_from, h.protected_to,
        h.trained_until, h.most_nights, to_char(p.created_at at time zone ${zone}, 'YYYY-MM-DD') as created,
        coalesce(n.nights, 0)::integer as nights, coalesce(n.weekends, 0)::integer as weekends,
        coalesce(n.turns, 0)::integer as manager_turns, coalesce(n.nights_of, '{}') as nights_of
      from staff p left join staff_planning h on h.staff_id = p.id
      left join lateral (
        select count(*) as nights, count(*) filter (where extract(isodow from s.night) > 5) as weekends,
          count(*) filter (where s.post = 'manager') as turns, array_agg(s.night::text) as nights_of
        from shifts s where s.staff_id = p.id and s.kind = 'night' and s.night >= ${since} and s.night < ${first}
      ) n on true
      where p.active and p.posts <> '{}' order by p.number`.execute(db),
    db
      .selectFrom('staff_leaves')
      .select(['staff_id', 'first_day', 'last_day'])
      .where('cancelled_at', 'is', null)
      .where('last_day', '>=', addDays(first, -1))
      .where('first_day', '<', addDays(next, 1))
      .execute(),
    db
      .selectFrom('roster_wishes')
      .select(['staff_id', 'night', 'wish'])
      .where('night', '>=', first)
      .where('night', '<', next)
      .execute(),
  ])
  return rows.map((row) => {
    const leave: Window[] = leaves
      .filter(({ staff_id }) => staff_id === row.id)
      .map((one) => ({
        from: instantOf(one.first_day, '00:00', zone),
        to: instantOf(addDays(one.last_day, 1), '00:00', zone),
      }))
    return {
      id: row.id,
      name: row.name,
      rank: row.rank,
      departmentId: row.department_id,
      posts: row.posts,
      trainedUntil: row.trained_until,
      leave,
      notAtNight: notAtNight(row),
      wishes: wishes.filter(({ staff_id }) => staff_id === row.id).map(({ night, wish }) => ({ night, wish })),
      mostNights: row.most_nights,
      history: {
        nights: row.nights,
        weekends: row.weekends,
        holidays: row.nights_of.filter(isHoliday).length,
        managerTurns: row.manager_turns,
      },
      availableAllMonth: row.created <= first && leave.length === 0 && !isBarredIn(row, first, next),
    }
  })
}

const ALWAYS = '2999-12-31'
const ADULT_YEARS = 18

/** Whether the law or HR keeps this person from any night of the month. */
const isBarredIn = (row: PersonRow, first: string, next: string): boolean =>
  notAtNight(row).some(({ from, to }) => from < next && to >= first)

/** H5: under 18 never, and the protected time that HR has entered. */
function notAtNight({ birth_date, protected_from, protected_to }: PersonRow): { from: string; to: string }[] {
  const barred = []
  if (protected_from || protected_to) barred.push({ from: protected_from ?? '2000-01-01', to: protected_to ?? ALWAYS })
  if (birth_date) {
    const grown = `${Number(birth_date.slice(0, 4)) + ADULT_YEARS}${birth_date.slice(4)}`
    // 29 February becomes the first of March, as the law counts.
    const day = Number.isNaN(Date.parse(grown)) ? `${grown.slice(0, 4)}-03-01` : grown
    barred.push({ from: '2000-01-01', to: addDays(day, -1) })
  }
  return barred
}

type Hours = { readonly start: string; readonly end: string; readonly zone: string }

/** H3, H7: the days around the month, and what people do by day in it. */
async function readStanding(db: Reader, month: string, { zone }: Hours): Promise<StandingDuty[]> {
  const [first, next] = [`${month}-01`, `${neighbour(month, 1)}-01`]
  const rows = await db
    .selectFrom('shifts')
    .select(['staff_id', 'post', 'kind', 'starts_at', 'ends_at'])
    .where('starts_at', '>=', instantOf(addDays(first, -8), '00:00', zone))
    .where('starts_at', '<', instantOf(addDays(next, 8), '00:00', zone))
    .where((where) => where.or([where('kind', '=', 'day'), where('night', '<', first), where('night', '>=', next)]))
    .execute()
  return rows.map((row) => ({
    staffId: row.staff_id as StaffId,
    post: row.post,
    kind: row.kind,
    from: row.starts_at,
    to: row.ends_at,
  }))
}

/** Who stood a night together on one post, in the six months before; night by night, which costs the same whatever the table is known for. */
async function readMet(db: Reader, month: string): Promise<MonthFacts['met']> {
  const first = `${month}-01`
  const { rows } = await sql<{ a: StaffId; b: StaffId; nights: number }>`
    with stood as (
      select array_agg(staff_id) as staff from shifts
      where kind = 'night' and night >= ${addDays(first, -183)} and night < ${first} group by night, post
    )
    select a::text, b::text, count(*)::integer as nights
    from stood cross join lateral unnest(staff) as a cross join lateral unnest(staff) as b where b > a group by 1, 2`.execute(
    db,
  )
  return rows.map(({ a, b, nights }) => ({ pair: [a, b], nights }))
}
