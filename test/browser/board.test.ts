import { expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import type { ShiftId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowserOf } from '../support/pages.ts'
import { as, see } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

test('on a busy night the board stands whole on its screen with everybody at a post in sight, and on a phone what needs a hand has its buttons on one line', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const shifts = await shiftsAt(db, clock.now())
  const manager = shifts.find(({ post }) => post === 'manager')
  const agent = shifts.find(({ post }) => post === 'service')
  if (!manager || !agent) throw new Error('nobody is on shift')
  for (const shift of [manager, agent]) {
    await transact(as(shift.staffId, shift.post), (tx) => checkIn(tx, shift.id as ShiftId))
    await see(db, shift.staffId, clock.now())
  }
  const waiting = await db.selectFrom('tickets').select('id').where('state', '=', 'queued').limit(9).execute()
  await transact(system, async (tx) => {
    for (const { id } of waiting) await raiseAlarm(tx, 'offers_refused', id as TicketId)
  })

  const wide = await (await openBrowserOf(house, manager.staffId)).newPage()
  await wide.goto(`${house.url}/board`)
  const hidden = (selector: string) =>
    wide.locator(selector).evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)
  await expect.poll(() => hidden('.board-posts > .body')).toBeLessThanOrEqual(0)
  expect(await hidden('html')).toBe(0)
  expect(await wide.locator('.board-post').count()).toBe(4)

  // That the browser keeps the sound off lies on no row, and moves none under the hand that switches it on.
  const top = () => wide.locator('#board-posts').evaluate((part) => part.getBoundingClientRect().top)
  const before = await top()
  await wide.evaluate(`document.dispatchEvent(new CustomEvent('ring', { detail: { kind: 'alarm', how: 'asleep' } }))`)
  await wide.locator('.topbar #sound-state button').waitFor()
  expect(await top()).toBe(before)
  await wide.evaluate(`document.dispatchEvent(new CustomEvent('sound-on'))`)
  await wide.locator('#sound-state').waitFor({ state: 'hidden' })

  const phone = await (await openBrowserOf(house, manager.staffId, { width: 390, height: 844, phone: true })).newPage()
  await phone.goto(`${house.url}/board`)
  const item = phone.locator('#board-now li', { has: phone.locator('select') }).first()
  const tops = await item
    .locator('button')
    .evaluateAll((buttons) => buttons.map((button) => Math.round(button.getBoundingClientRect().top)))
  expect(tops).toHaveLength(3)
  expect(new Set(tops).size).toBe(1)
})
