import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { draftNextMonth } from '../../server/tools/demo/months.ts'
import { tellPast } from '../../server/tools/demo/past.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { FOUR_LOOKS, isKept, shadeOf, type View, wrongOn } from '../support/looking.ts'
import { picture } from '../support/pages.ts'
import { as, see } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

/** Of which pictures are kept; every page is looked at by axe in all four. */
const KEPT: ReadonlySet<string> = new Set([
  'month',
  'night',
  'plan',
  'fairness',
  'print',
  'my-night',
  'swap-new',
  'swap-one',
])
const numbered = async (number: string): Promise<StaffId> =>
  (await database.db.selectFrom('staff').select('id').where('number', '=', number).executeTakeFirstOrThrow())
    .id as StaffId
const swapIn = async (state: 'awaiting_substitute' | 'hr_review') =>
  database.db
    .selectFrom('swaps')
    .select(['id', 'shift_id', 'requester_id', 'substitute_id'])
    .where('state', '=', state)
    .executeTakeFirstOrThrow()

test('the pages of the roster stand on a wide screen and on a phone, in both languages, dark and light, and everybody can read them', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  await draftNextMonth({ transact, config })
  const shifts = await shiftsAt(db, clock.now())
  const mei = shifts.find(({ post }) => post === 'service')
  if (!mei) throw new Error('nobody is on shift')
  await transact(as(mei.staffId, mei.post), (tx) => checkIn(tx, mei.id as ShiftId))
  await see(db, mei.staffId, clock.now())
  const hr = await numbered('hr0101')
  const asked = await swapIn('awaiting_substitute')
  const reviewed = await swapIn('hr_review')
  const views: View[] = [
    { name: 'month', who: mei.staffId, path: '/roster' },
    { name: 'night', who: hr, path: '/roster?night=2026-11-25' },
    { name: 'plan', who: hr, path: '/roster/plan/2026-12' },
    { name: 'plan-post', who: hr, path: '/roster/plan/2026-12?post=guard' },
    { name: 'versions', who: mei.staffId, path: '/roster/plan/2026-11/versions' },
    { name: 'fairness', who: mei.staffId, path: '/roster/fairness' },
    { name: 'gaps', who: hr, path: '/roster/gaps' },
    { name: 'print', who: mei.staffId, path: '/roster/print/2026-11' },
    { name: 'people', who: hr, path: '/roster/people' },
    { name: 'needs', who: hr, path: '/roster/needs/2026-12' },
    { name: 'sheets', who: hr, path: '/roster/sheets/2026-12' },
    { name: 'wishes', who: mei.staffId, path: '/roster/wishes' },
    { name: 'my-night', who: mei.staffId, path: '/duty' },
    { name: 'swaps', who: asked.substitute_id as StaffId, path: '/roster/swaps' },
    { name: 'swap-new', who: asked.requester_id as StaffId, path: `/roster/swaps/new?shift=${asked.shift_id}` },
    { name: 'swap-one', who: hr, path: `/roster/swaps/${reviewed.id}` },
    { name: 'swap-review', who: hr, path: '/roster/swaps/review' },
  ]
  await tellPast({ transact, config })
  const months = await db
    .selectFrom('shifts')
    .select(sql<string>`to_char(night, 'YYYY-MM')`.as('month'))
    .where('kind', '=', 'night')
    .where('ends_at', '<', clock.now())
    .distinct()
    .execute()
  expect(months.map(({ month }) => month)).toEqual(expect.arrayContaining(['2026-09', '2026-10', '2026-11']))
  // Where pictures are drawn each page stands in all four; else in two of them, in turns.
  const all = process.env.PICTURES === 'on'
  const wrong = await wrongOn(house, FOUR_LOOKS, views, {
    looks: (at) => (all ? FOUR_LOOKS : FOUR_LOOKS.slice((at % 2) * 2, (at % 2) * 2 + 2)),
    draw: async (page, { name }, look) => {
      if (KEPT.has(name) && isKept(look)) await picture(page, `roster-${name}.${shadeOf(look)}`)
    },
  })
  expect(wrong).toEqual([])
}, 300_000)
