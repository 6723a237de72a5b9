import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { askPublished } from '../../server/roster/confirmations/actions.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { type Look, openBrowserOf, openPage, violations, widthBeyond } from '../support/pages.ts'
import { appointChief, hire, roster, train } from '../support/people.ts'
import { heard } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock('2026-11-25T10:00:00+08:00')
const house = testServer(database, clock)

const night = (day: number) => ({
  from: `2026-12-${day}T22:00:00+08:00`,
  to: `2026-12-${day + 1}T06:00:00+08:00`,
  night: `2026-12-${day}`,
})
const PHONE = { width: 390, height: 844, phone: true } as const
const visit = async (staffId: StaffId, path: string, look: Look = {}): Promise<Page & { wrongs: string[] }> => {
  const context = await openBrowserOf(house, staffId, look)
  const page = await openPage(context)
  await page.goto(`${house.url}${path}`)
  return page
}

test('rows 22–24: people say whether they can, one cannot, and the swap goes through all hands while each page follows', async () => {
  const { db } = database
  await appointChief(db, clock.now())
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
  const phone = await visit(mei, '/duty', PHONE)
  await phone.getByRole('link', { name: '逐个回答' }).click()
  await phone.locator(`#shift-${shifts[1]}`).getByRole('button', { name: '能来' }).click()
  await phone.locator(`#shift-${shifts[1]}`).getByText('能来', { exact: true }).waitFor()
  await phone.locator(`#shift-${shifts[0]} summary`).click()
  // What they have opened stays open when the page is told of something meanwhile.
  const again = phone.waitForResponse((answer) => answer.url().endsWith('/roster/confirmations'))
  await phone.evaluate(`document.activeElement.blur(); document.body.dispatchEvent(new CustomEvent('night'))`)
  await (await again).finished()
  await phone.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  await phone.locator(`#reason-${shifts[0]}`).waitFor()
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

const fits = async (page: Page): Promise<void> => {
  expect([await widthBeyond(page), ...(await violations(page))]).toEqual([0])
}

test('row 24: a day is traded for a day through all hands, each in their language, and both undo it before it begins', async () => {
  const { db } = database
  await appointChief(db, clock.now())
  const mei = await hire(db, '林玫', { posts: ['service'] })
  const chen = await hire(db, '陈舟', { posts: ['service'] })
  const nuo = await hire(db, '许诺', { roles: ['hr'], posts: [] })
  await train(db)
  const byDay = async (staffId: StaffId, on: number): Promise<ShiftId> => {
    const day = { from: `2026-12-${on}T08:00:00+08:00`, to: `2026-12-${on}T16:00:00+08:00`, night: `2026-12-${on}` }
    const id = await roster(db, staffId, 'service', day)
    await db.updateTable('shifts').set({ kind: 'day' }).where('id', '=', id).execute()
    return id
  }
  const [mine, theirs] = [await byDay(mei, 16), await byDay(chen, 18)]
  const holders = async () =>
    (await db.selectFrom('shifts').select('staff_id').where('id', 'in', [mine, theirs]).orderBy('id').execute()).map(
      ({ staff_id }) => staff_id,
    )

  const asks = await visit(mei, `/roster/swaps/new?shift=${mine}`, { ...PHONE, language: 'en' })
  await asks.getByRole('radio', { name: /^陈舟 ?Nights/ }).check()
  const trade = asks.getByRole('group', { name: 'A shift in return (optional)' })
  await trade
    .getByRole('radio', { name: /陈舟 · 18 Dec ?08:00–16:00 · Service · [\d.]+ h now, [\d.]+ h after/ })
    .check()
  // On a phone nothing of who, when and how many hours is cut off.
  const cut = `[...document.querySelectorAll('.swap-people .grow > *')].filter((one) => one.scrollWidth > one.clientWidth).length`
  expect(await asks.evaluate(cut)).toBe(0)
  await asks.getByLabel('Reason').fill('School concert')
  await fits(asks)
  await asks.getByRole('button', { name: 'Ask them' }).click()
  await asks.getByText('waits for the other').first().waitFor()
  await heard(house)
  const covers = await visit(chen, '/roster/swaps')
  await covers.getByRole('link', { name: /林玫/ }).first().click()
  await covers.getByText('你上对方的班，对方上你的班').waitFor()
  await fits(covers)
  await covers.getByRole('button', { name: '可以替' }).click()
  expect(await holders(), 'until HR approves each keeps their own').toEqual([mei, chen])
  await asks.getByText('waits for HR').first().waitFor()
  const hr = await visit(nuo, '/roster/swaps/review', { language: 'en' })
  await hr
    .getByRole('link', { name: /林玫 → 陈舟/ })
    .first()
    .click()
  await fits(hr)
  await hr.getByRole('button', { name: 'Approve, HR' }).click()
  await covers.getByText('已换好').first().waitFor()
  await asks.getByText('applied').first().waitFor()
  expect(await holders()).toEqual([chen, mei])
  await asks.getByRole('button', { name: 'Undo it' }).click()
  await covers.getByRole('button', { name: '同意换回' }).click()
  await asks.getByText('undone').first().waitFor()
  await fits(asks)
  expect(await holders()).toEqual([mei, chen])
  expect([...hr.wrongs, ...asks.wrongs, ...covers.wrongs]).toEqual([])
}, 60_000)
