import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { askPublished } from '../../server/roster/confirmations/actions.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openBrowser, openPage } from '../support/pages.ts'
import { hire, roster, train } from '../support/people.ts'
import { type House, heard, startServer } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock('2026-11-25T10:00:00+08:00')
let house: House

beforeAll(async () => {
  house = await startServer(database, clock)
})
afterAll(() => house.close())

const night = (day: number) => ({
  from: `2026-12-${day}T22:00:00+08:00`,
  to: `2026-12-${day + 1}T06:00:00+08:00`,
  night: `2026-12-${day}`,
})
const visit = async (staffId: StaffId, path: string, phone = false): Promise<Page & { wrongs: string[] }> => {
  const context = await openBrowser(house.url, phone ? { width: 390, height: 844, phone } : {})
  const { cookie } = await signedIn(house, staffId)
  const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
  await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
  const page = await openPage(context)
  await page.goto(`${house.url}${path}`)
  return page
}

test('people say whether they can, one cannot, and the swap goes through all hands while each page follows', async () => {
  const { db } = database
  const mei = await hire(db, '林玫', { posts: ['service'] })
  const chen = await hire(db, '陈舟', { posts: ['service'] })
  const nuo = await hire(db, '许诺', { roles: ['hr'], posts: [] })
  await train(db)
  const shifts: ShiftId[] = []
  for (const day of [10, 14]) shifts.push(await roster(db, mei, 'service', night(day)))
  await db
    .insertInto('roster_months')
    .values({ month: '2026-12', state: 'published', version: 1, opened_by: nuo, opened_at: clock.now() })
    .execute()
  await house.deps.transact(system, askPublished)
  await heard(house)

  const hr = await visit(nuo, '/roster/confirmations/all?month=2026-12')
  const phone = await visit(mei, '/duty', true)
  await phone.getByRole('link', { name: '逐个回答' }).click()
  await phone.locator(`#shift-${shifts[1]}`).getByRole('button', { name: '能来' }).click()
  await phone.locator(`#shift-${shifts[1]}`).getByText('能来', { exact: true }).waitFor()
  await phone.locator(`#shift-${shifts[0]} summary`).click()
  await phone.locator(`#reason-${shifts[0]}`).fill('家长会')
  await phone.locator(`#shift-${shifts[0]}`).getByRole('button', { name: '来不了，去找人替' }).click()
  await hr.getByText('来不了').first().waitFor()

  await phone.getByRole('radio', { name: /陈舟/ }).check()
  await phone.getByRole('button', { name: '请对方替班' }).click()
  await phone.getByText('等对方').first().waitFor()
  await heard(house)
  const covers = await visit(chen, '/roster/swaps')
  await covers.getByText('有人请你替班').waitFor()
  await covers.getByRole('link', { name: /林玫/ }).first().click()
  await covers.getByRole('button', { name: '可以替' }).click()
  await phone.getByText('等人事').first().waitFor()
  await hr.goto(`${house.url}/roster/swaps/review`)
  await hr
    .getByRole('link', { name: /林玫 → 陈舟/ })
    .first()
    .click()
  await hr.getByRole('button', { name: '人事批准' }).click()
  for (const page of [hr, phone, covers]) await page.getByText('已换好').first().waitFor()
  const row = await db
    .selectFrom('shifts')
    .select('staff_id')
    .where('id', '=', shifts[0] as string)
    .executeTakeFirstOrThrow()
  expect(row.staff_id).toBe(chen)
  expect([...hr.wrongs, ...phone.wrongs, ...covers.wrongs]).toEqual([])
}, 60_000)
