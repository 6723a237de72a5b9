import { expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { type openBrowser, openBrowserOf, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as, see } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

/** The demo company at night, with the first agent on post at their desk. */
async function demoNight(): Promise<StaffId> {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const shift = (await shiftsAt(db, clock.now())).find(({ post }) => post === 'service')
  if (!shift) throw new Error('nobody is on the roster')
  await transact(as(shift.staffId, null), (tx) => checkIn(tx, shift.id as ShiftId))
  await see(db, shift.staffId, clock.now())
  return shift.staffId
}
type Look = Parameters<typeof openBrowser>[1]
async function visit(staffId: StaffId, look: Look, options: Parameters<typeof openBrowser>[2] = {}) {
  const context = await openBrowserOf(house, staffId, look, options)
  return openPage(context)
}
const LOOKS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true },
]

test('what was found, and that nothing was, stand on a wide screen and on a phone, in both languages and both lights', async () => {
  const agent = await demoNight()
  for (const look of LOOKS)
    for (const how of [{}, { language: 'en', theme: 'light' }] as const) {
      const page = await visit(agent, { ...look, ...how })
      for (const q of ['光猫', '蓝鲸', '']) {
        await page.goto(`${house.url}/tickets/search?${new URLSearchParams({ q })}`)
        expect(await widthBeyond(page)).toBe(0)
        expect(await violations(page)).toEqual([])
        if (q === '光猫' && !('language' in how)) await picture(page, `search-${look.width}`)
      }
      expect(page.wrongs).toEqual([])
      await page.context().close()
    }
}, 180_000)

test('an agent’s tickets of the night stand beside the queue and on a phone, in both languages and both lights, and open in place', async () => {
  const agent = await demoNight()
  for (const look of LOOKS)
    for (const how of [{}, { language: 'en', theme: 'light' }] as const) {
      const page = await visit(agent, { ...look, ...how })
      await page.goto(`${house.url}/desk`)
      await page.click('a[href="/desk/tonight"]')
      await page.waitForURL(/\/desk\/tonight$/)
      await page.locator('.desk-tonight a.row').first().waitFor()
      expect(await widthBeyond(page)).toBe(0)
      expect(await violations(page)).toEqual([])
      if (!('language' in how)) await picture(page, `tonight-${look.width}`)
      await page.locator('.desk-tonight a.row').first().click()
      await page.waitForURL(/\/desk\/\d+$/)
      await page.locator('.reply-form').waitFor()
      expect(page.wrongs).toEqual([])
      await page.context().close()
    }
}, 180_000)

test('one key leads to the field, what is typed is found while typing and stands in the address', async () => {
  const agent = await demoNight()
  const page = await visit(agent, { width: 1440, height: 900 })
  await page.goto(`${house.url}/duty`)
  await page.keyboard.press('/')
  await page.keyboard.type('光猫')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/tickets\/search\?q=/)
  const rows = page.locator('#found a.row')
  await rows.first().waitFor()
  await page.fill('#q', '蓝鲸')
  await page.locator('#found .empty').waitFor()
  await page.fill('#q', '光猫')
  await page.locator('#found mark').first().waitFor()
  expect(new URL(page.url()).searchParams.get('q')).toBe('光猫')
  await page.selectOption('[name=state]', 'waiting')
  await expect.poll(() => new URL(page.url()).searchParams.get('state')).toBe('waiting')
  await page.selectOption('[name=state]', 'all')
  await rows.first().click()
  await page.waitForURL(/\/desk\/\d+$/)
  expect(page.wrongs).toEqual([])
  await page.context().close()
}, 120_000)

test('on a narrow page one press leads to the search; beside an open conversation the key stays with what is often answered', async () => {
  const agent = await demoNight()
  const page = await visit(agent, { width: 900, height: 800 })
  await page.goto(`${house.url}/duty`)
  await page.keyboard.press('/')
  await page.waitForURL(/\/tickets\/search$/)
  expect(await page.locator('#q:focus').count()).toBe(1)
  const { ticket_id } = await database.db
    .selectFrom('assignments')
    .select('ticket_id')
    .where('staff_id', '=', agent)
    .where('ended_at', 'is', null)
    .limit(1)
    .executeTakeFirstOrThrow()
  await page.goto(`${house.url}/desk/${ticket_id}`)
  await page.locator('.reply-form textarea').waitFor()
  await page.keyboard.press('/')
  await page.locator('.reply-form textarea:focus').waitFor()
  expect(page.url()).toBe(`${house.url}/desk/${ticket_id}`)
  expect(page.wrongs).toEqual([])
  await page.context().close()
}, 120_000)

test('it is found without a script', async () => {
  const agent = await demoNight()
  const page = await visit(agent, { width: 1440, height: 900 }, { javaScriptEnabled: false })
  await page.goto(`${house.url}/duty`)
  await page.fill('.topbar-search input', '光猫')
  await page.press('.topbar-search input', 'Enter')
  await page.locator('#found a.row').first().waitFor()
  await page.selectOption('[name=kind]', 'messages')
  await page.click('.search-form button')
  await page.waitForURL(/kind=messages/)
  expect(await page.locator('#found mark').first().textContent()).toBe('光猫')
  await page.context().close()
}, 120_000)
