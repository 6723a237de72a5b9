import type { Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { addDays, HOUR, nightOf, overlap, type Window, windowOf } from '../../kernel/time.ts'
import { system } from '../../platform/actor.ts'
import { insertShifts, listRosterable, listShifts, lockRoster, type Rostered } from '../../roster/queries.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import { PEOPLE } from './people.ts'

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

/** Each hour: the demo roster goes on covering the present. A company of people who really work is left alone. */
export async function extendDemoRoster({ transact, config }: Pick<Deps, 'transact' | 'config'>): Promise<void> {
  await transact(system, async (tx) => {
    await lockRoster(tx)
    if (await isDemoCompany(tx.db)) await extendRoster(tx, config.timeZone)
  })
}

/** Adds only to windows that nobody has touched, so that people's changes stay. The roster is locked. */
export async function extendRoster(tx: Tx, zone: string): Promise<void> {
  const [first, last] = reachOf(tx.now, zone)
  const planned = await listShifts(tx.db, addDays(first, -2), addDays(last, 3))
  await insertShifts(tx, planRoster({ people: await listRosterable(tx.db), planned, now: tx.now, zone }))
}

type Planned = Window & { readonly staffId: StaffId }
type Plan = Planned & { readonly post: Post; readonly night: string; readonly kind: 'night' | 'day' }
type Planning = {
  readonly people: readonly Pick<Rostered, 'id' | 'number' | 'posts'>[]
  readonly planned: readonly Planned[]
  readonly now: Date
  readonly zone: string
}

/** What is missing from a week ago to two weeks ahead. */
export function planRoster({ people, planned, now, zone }: Planning): Plan[] {
  const [first, last] = reachOf(now, zone)
  const added: Plan[] = []
  for (let date = first; date <= last; date = addDays(date, 1))
    for (const { start, end, kind } of SHIFTS) {
      const night = kind === 'night' ? date : addDays(date, 1)
      const window = windowOf(night, start, end, zone)
      if (planned.some((shift) => overlap(shift, window))) continue
      for (const [post, heads] of HEADS)
        for (const { id } of choose(people, [...planned, ...added], window, post).slice(0, heads))
          added.push({ ...window, staffId: id, post, night, kind })
    }
  return added
}

const reachOf = (now: Date, zone: string): [string, string] => {
  const tonight = nightOf(now, zone)
  return [addDays(tonight, -NIGHTS_BEFORE), addDays(tonight, NIGHTS_AHEAD)]
}

/** Whoever may hold the post and has rested, those with the fewest shifts first. */
function choose(
  people: Planning['people'],
  planned: readonly Planned[],
  window: Window,
  post: Post,
): Planning['people'][number][] {
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

/** Lin Mei works only there. */
const isDemoCompany = async (db: Reader): Promise<boolean> => {
  const [first] = PEOPLE
  if (!first) return false
  const found = await db
    .selectFrom('staff')
    .select('id')
    .where('number', '=', first.number)
    .where('name', '=', first.name)
    .executeTakeFirst()
  return found !== undefined
}
