import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import { takeEvent } from '../../server/calls/actions.ts'
import { parseCti } from '../../server/calls/adapters/cti.ts'
import { claimCallback } from '../../server/calls/callbacks/actions.ts'
import type { CallbackId, LineId, ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { wrongOn } from '../support/looking.ts'
import { type Look, picture } from '../support/pages.ts'
import { as, see } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
/** In how many rows the filter of the log stands. */
const ROWS = `new Set([...document.querySelectorAll('.calls-filter > *')].map((one) => {
  const { top, bottom } = one.getBoundingClientRect()
  return Math.round((top + bottom) / 2)
})).size`
const LOOKS: Look[] = [
  { width: 1440, height: 900, language: 'en', theme: 'light' },
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true, language: 'en', theme: 'light' },
]
test('in the demo company ring card, wrap-up, callbacks, the phone on the board, log and the page of a line stand on a wide screen and on a phone', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const shifts = await shiftsAt(db, clock.now())
  const agents = shifts.filter(({ post }) => post === 'service')
  const manager = shifts.find(({ post }) => post === 'manager')
  for (const shift of [...agents, ...(manager ? [manager] : [])]) {
    await transact(as(shift.staffId, null), (tx) => checkIn(tx, shift.id as ShiftId))
    await see(db, shift.staffId, clock.now())
  }
  const [line] = await db.selectFrom('phone_lines').selectAll().execute()
  const say = async (event: Record<string, unknown>) => {
    const [one] = parseCti({ direction: 'in', to: '4000001024', ...event })
    if (one)
      await transact(system, (tx) =>
        takeEvent(tx, { id: line?.id as LineId, ringSeconds: 30, recordingHosts: [] }, one, { raw: event }),
      )
  }
  const known = await db
    .selectFrom('contacts')
    .select('value')
    .where('kind', '=', 'phone')
    .limit(1)
    .executeTakeFirstOrThrow()
  const admin = (
    await db
      .selectFrom('staff')
      .select('id')
      .where('standing_roles', '@>', '{administrator}' as never)
      .executeTakeFirst()
  )?.id as StaffId
  await say({ event: 'newCall', callId: 'mine', from: known.value })
  await say({ event: 'answer', callId: 'mine', user: '802' })
  await say({ event: 'newCall', callId: 'ring', from: '+8613800136027' })
  clock.forward({ seconds: 12 })
  const me = agents[0]?.staffId as StaffId
  const talker = agents[1]?.staffId as StaffId
  const [first] = await db.selectFrom('callbacks').select('id').orderBy('id').execute()
  await transact(as(me), (tx) => claimCallback(tx, first?.id as CallbackId))
  const pages = [
    { name: 'phone-ring', who: me, path: '/desk', there: '#main' },
    { name: 'phone-wrap', who: talker, path: '/desk', there: '#main' },
    {
      name: 'phone-board',
      who: manager?.staffId as StaffId,
      path: '/board',
      there: '#main',
      first: (page: Page) => page.locator('#board-phone').scrollIntoViewIfNeeded(),
    },
    { name: 'phone-log', who: manager?.staffId as StaffId, path: '/calls', there: '#main' },
    { name: 'phone-callbacks', who: me, path: `/calls/callbacks?at=${first?.id}`, there: '#main' },
    { name: 'phone-line', who: admin, path: `/settings/lines/${line?.id}`, there: '#main' },
  ]
  const wrong = await wrongOn(house, LOOKS, pages, {
    axe: () => 'contrast',
    draw: async (page, { name }, { width }) => {
      if (name === 'phone-log' && width === 1440) expect(await page.evaluate(ROWS)).toBe(1)
      await picture(page, `${name}-${width}`)
    },
  })
  expect(wrong).toEqual([])
}, 120_000)
