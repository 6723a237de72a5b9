import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { addDays, HOUR, nightOf, type Window, windowOf } from '../../kernel/time.ts'
import { system } from '../../platform/actor.ts'
import { insertShift, listRosterable, listShifts, type Rostered, type ShiftView } from '../../roster/queries.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'

/** Three shifts of eight hours a day, so that a newcomer finds people on duty at any hour; 22 to 06 is the night. */
const SHIFTS = [
  { start: '22:00', end: '06:00', kind: 'night' },
  { start: '06:00', end: '14:00', kind: 'day' },
  { start: '14:00', end: '22:00', kind: 'day' },
] as const
const HEADS: readonly (readonly [Post, number])[] = [
  ['manager', 1],
  ['service', 4],
  ['technician', 3],
  ['guard', 2],
]
const NIGHTS_BEFORE = 7
const NIGHTS_AHEAD = 14
const REST_HOURS = 11
const LOCK = 4_201_003

/** Extends the demo roster around the present; adds only windows that nobody has touched, so people's changes stay. */
export async function extendDemoRoster({ transact, config }: Pick<Deps, 'transact' | 'config'>): Promise<void> {
  await transact(system, async (tx) => {
    await lockRoster(tx.db)
    await extend(tx, config.timeZone)
  })
}

async function extend(tx: Tx, zone: string): Promise<void> {
  const tonight = nightOf(tx.now, zone)
  const first = addDays(tonight, -NIGHTS_BEFORE)
  const last = addDays(tonight, NIGHTS_AHEAD)
  const people = await listRosterable(tx.db)
  const planned: Planned[] = (await listShifts(tx.db, addDays(first, -2), addDays(last, 3))).map(
    (shift: ShiftView) => shift,
  )
  const filled = new Set(planned.map(({ from }) => from.getTime()))
  for (let date = first; date <= last; date = addDays(date, 1))
    for (const { start, end, kind } of SHIFTS) {
      const window = windowOf(kind === 'night' ? date : addDays(date, 1), start, end, zone)
      if (filled.has(window.from.getTime())) continue
      for (const [post, heads] of HEADS)
        for (const person of choose(people, planned, window, post).slice(0, heads)) {
          planned.push({ ...window, staffId: person.id })
          await insertShift(tx, { ...window, staffId: person.id, post, night: date, kind })
        }
    }
}

type Planned = Window & { staffId: StaffId }

/** Whoever may hold the post and has rested, those with the fewest shifts first. */
function choose(people: readonly Rostered[], planned: readonly Planned[], window: Window, post: Post): Rostered[] {
  const rest = REST_HOURS * HOUR
  const count = new Map<StaffId, number>()
  const tired = new Set<StaffId>()
  for (const shift of planned) {
    count.set(shift.staffId, (count.get(shift.staffId) ?? 0) + 1)
    if (shift.from.getTime() < window.to.getTime() + rest && window.from.getTime() < shift.to.getTime() + rest)
      tired.add(shift.staffId)
  }
  // Whoever leads the night is not also put on a post of it: supervisors only lead.
  const fits = people.filter(({ posts }) => posts.includes(post) && (post === 'manager' || !posts.includes('manager')))
  return fits
    .filter(({ id }) => !tired.has(id))
    .toSorted((a, b) => (count.get(a.id) ?? 0) - (count.get(b.id) ?? 0) || a.number.localeCompare(b.number))
}

async function lockRoster(db: Reader): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(db)
}
