import type { Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { addDays, nightOf, overlap, type Window, windowOf } from '../../kernel/time.ts'
import { system } from '../../platform/actor.ts'
import { datesOf } from '../../roster/month.ts'
import { insertShifts, listRosterable, listShifts, lockRoster } from '../../roster/queries.ts'
import type { Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import { listAway } from './away.ts'
import { type Choosing, choose, type Taken } from './choosing.ts'
import { isDemoCompany, publishThisMonth } from './months.ts'

type Heads = readonly (readonly [Post, number])[]
/** Three shifts of eight hours a day, so that a newcomer finds people on duty at any hour; 22 to 06 is the night. By day fewer are there. */
const SHIFTS: readonly { start: string; end: string; kind: 'night' | 'day'; heads: Heads }[] = [
  { start: '22:00', end: '06:00', kind: 'night', heads: headsOf(4, 3, 2) },
  { start: '06:00', end: '14:00', kind: 'day', heads: headsOf(2, 1, 1) },
  { start: '14:00', end: '22:00', kind: 'day', heads: headsOf(3, 2, 1) },
]
const NIGHTS_BEFORE = 7
const NIGHTS_AHEAD = 14

/** Each hour: the demo roster goes on covering the present, and its months follow. A company of people who really work is left alone. */
export async function extendDemoRoster({ transact, config }: Pick<Deps, 'transact' | 'config'>): Promise<void> {
  await transact(system, async (tx) => {
    await lockRoster(tx)
    if (!(await isDemoCompany(tx.db))) return
    await extendRoster(tx, config.timeZone)
    await publishThisMonth(tx, config.timeZone)
  })
}

/** Adds only to windows that nobody has touched, so that people's changes stay. The roster is locked. */
export async function extendRoster(tx: Tx, zone: string): Promise<void> {
  const [first, last] = reachOf(tx.now, zone)
  const [planned, people, away] = [
    await listShifts(tx.db, addDays(first, -8), addDays(last, 9)),
    await listRosterable(tx.db),
    await listAway(tx.db, first, zone),
  ]
  await insertShifts(tx, planRoster({ people, planned, away, now: tx.now, zone }))
}

type Planned = Taken & { readonly post: Post }
type Planning = {
  readonly people: Choosing['people']
  readonly planned: readonly Taken[]
  readonly away?: readonly (Window & { readonly staffId: StaffId })[]
  readonly now: Date
  readonly zone: string
}

/** What is missing from a week ago to two weeks ahead, and in this month. */
export function planRoster({ people, planned, away = [], now, zone }: Planning): Planned[] {
  const [first, last] = reachOf(now, zone)
  const taken: Taken[] = [...planned]
  const added: Planned[] = []
  for (let date = first; date <= last; date = addDays(date, 1))
    for (const { start, end, kind, heads } of SHIFTS) {
      const night = kind === 'night' ? date : addDays(date, 1)
      const window = windowOf(night, start, end, zone)
      if (planned.some((shift) => overlap(shift, window))) continue
      for (const [post, count] of heads)
        for (const { id } of choose({ people, taken, away }, { ...window, post, night, kind }).slice(0, count)) {
          const shift = { ...window, staffId: id, post, night, kind }
          added.push(shift)
          taken.push(shift)
        }
    }
  return added
}

/** A week ago to two weeks ahead, and the whole of this month, so that it can stand as a published one. */
function reachOf(now: Date, zone: string): [string, string] {
  const tonight = nightOf(now, zone)
  const month = datesOf(tonight.slice(0, 7))
  const [from, to] = [addDays(tonight, -NIGHTS_BEFORE), addDays(tonight, NIGHTS_AHEAD)]
  const [begins = from, ends = to] = [month[0], month.at(-1)]
  return [begins < from ? begins : from, ends > to ? ends : to]
}

function headsOf(service: number, technician: number, guard: number): Heads {
  return [
    ['manager', 1],
    ['service', service],
    ['technician', technician],
    ['guard', guard],
  ]
}
