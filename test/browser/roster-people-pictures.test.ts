import { expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { FOUR_LOOKS, isKept, type View, wrongOn } from '../support/looking.ts'
import { picture } from '../support/pages.ts'
import { as, see } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

const withRole = async (role: string): Promise<StaffId> =>
  (
    await database.db
      .selectFrom('staff')
      .select('id')
      .where(({ eb, val, fn }) => eb(val(role), '=', fn.any('standing_roles')))
      .orderBy('number')
      .limit(1)
      .executeTakeFirstOrThrow()
  ).id as StaffId

const staffWith = async (state: 'notified'): Promise<StaffId> =>
  (
    await database.db
      .selectFrom('shift_confirmations')
      .select('staff_id')
      .where('state', '=', state)
      .where('delivered_at', 'is not', null)
      .orderBy('shift_id')
      .limit(1)
      .executeTakeFirstOrThrow()
  ).staff_id as StaffId
const monthAsked = async (): Promise<string> =>
  (
    await database.db
      .selectFrom('shift_confirmations as c')
      .innerJoin('shifts as s', 's.id', 'c.shift_id')
      .select('s.night')
      .orderBy('s.night')
      .limit(1)
      .executeTakeFirstOrThrow()
  ).night.slice(0, 7)
const partyOf = async (state: 'awaiting_substitute' | 'hr_review', role: 'requester_id' | 'substitute_id') => {
  const row = await database.db
    .selectFrom('swaps')
    .select(['id', 'shift_id', 'requester_id', 'substitute_id'])
    .where('state', '=', state)
    .executeTakeFirstOrThrow()
  return { id: row.id, shift: row.shift_id, who: row[role] as StaffId }
}

test('in the demo company my night, what is due, an excuse, confirmations and swaps stand on a wide screen and on a phone', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const agents = (await shiftsAt(db, clock.now())).filter(({ post }) => post === 'service')
  const [mei] = agents
  const manager = (await shiftsAt(db, clock.now())).find(({ post }) => post === 'manager')
  if (!mei || !manager) throw new Error('nobody is on shift')
  for (const shift of [mei, manager]) {
    await transact(as(shift.staffId, shift.post), (tx) => checkIn(tx, shift.id as ShiftId))
    await see(db, shift.staffId, clock.now())
  }
  const hr = await withRole('hr')
  const missed = await db.selectFrom('obligations').select('id').where('state', '=', 'late').limit(1).executeTakeFirst()
  const swapper = await partyOf('awaiting_substitute', 'requester_id')
  const views: View[] = [
    { name: 'my-night', who: mei.staffId, path: '/duty' },
    { name: 'due', who: hr, path: '/obligations' },
    { name: 'due-one', who: hr, path: `/obligations/${missed?.id}` },
    { name: 'board-due', who: manager.staffId, path: '/board' },
    { name: 'confirm', who: await staffWith('notified'), path: '/roster/confirmations' },
    { name: 'confirm-all', who: hr, path: `/roster/confirmations/all?month=${await monthAsked()}` },
    { name: 'swaps', who: (await partyOf('awaiting_substitute', 'substitute_id')).who, path: '/roster/swaps' },
    { name: 'swap-new', who: swapper.who, path: `/roster/swaps/new?shift=${swapper.shift}` },
    { name: 'swap-review', who: hr, path: '/roster/swaps/review' },
    { name: 'swap-one', who: hr, path: `/roster/swaps/${(await partyOf('hr_review', 'requester_id')).id}` },
  ]
  // Where pictures are drawn each page stands for both; else one after the other, to cost half.
  const looks = FOUR_LOOKS.filter(isKept)
  const wrong = await wrongOn(house, looks, views, {
    looks: (at) => (process.env.PICTURES === 'on' ? looks : looks.slice(at % 2, (at % 2) + 1)),
    axe: ({ width }) => (width === 390 ? 'contrast' : 'everything'),
    draw: (page, { name }, { width }) => picture(page, `${name}-${width}`),
  })
  expect(wrong).toEqual([])
}, 180_000)
