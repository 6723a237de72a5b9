import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { generateRoster } from '../../jobs/generate-roster.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { listAsked } from '../../server/roster/months/runs/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowserOf, openPage, violations } from '../support/pages.ts'
import { appointChief, hire, train } from '../support/people.ts'
import { heard } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock('2026-11-20T10:00:00+08:00')
const house = testServer(database, clock)
let nuo: StaffId
let people: StaffId[]

type How = { phone?: boolean; script?: boolean }
const visit = async (staffId: StaffId, path: string, { phone = false, script = true }: How = {}) => {
  const look = phone ? { width: 390, height: 844, phone } : {}
  const context = await openBrowserOf(house, staffId, look, { javaScriptEnabled: script })
  const page = await openPage(context)
  await page.goto(`${house.url}${path}`)
  return page
}
const move = async () => {
  const { db } = database
  nuo = await hire(db, '许诺', { roles: ['hr'], posts: [] })
  for (const name of ['周启明', '高岚', '雷鸣', '季然', '邵文', '汪洋'])
    await hire(db, name, { posts: ['manager'], rank: 'supervisor' })
  people = []
  for (const name of ['林玫', '陈舟', '安然', '苏敏', '叶青', '江月', '顾远', '梁晨'])
    people.push(await hire(db, name, { posts: ['service'] }))
  for (const name of ['吴凯', '沈默', '唐宁', '陆远']) await hire(db, name, { posts: ['technician'] })
  for (const name of ['马建国', '赵铁', '丁山', '石磊']) await hire(db, name, { posts: ['guard'] })
  await appointChief(db, clock.now())
  await train(db)
  // Small nights for a small company.
  for (const [key, value] of [
    ['headsService', 2],
    ['headsTechnician', 1],
    ['headsGuard', 1],
  ] as const)
    await db
      .insertInto('settings')
      .values({ key, value: JSON.stringify(value), changed_at: clock.now(), changed_by: null })
      .execute()
}
/** As the ticker does. */
const search = async (): Promise<void> => {
  for (const { id } of await listAsked(database.db, clock.now(), 5)) await generateRoster(house.deps).run(id)
}
const filled = (page: Page) => page.locator('#plan [data-filled]').count()

test('rows 19, 20 and 22: HR generates a month, edits it by keyboard and pointer, publishes it, and people confirm while each page follows', async () => {
  await move()
  const hr = await visit(nuo, '/roster/plan/2026-12')
  await hr.getByRole('button', { name: '开始排班' }).click()
  await hr.getByRole('button', { name: '自动排班' }).click()
  await hr.getByRole('button', { name: '停止' }).waitFor()
  await search()
  await hr.getByText('已算出排班').waitFor()
  expect(await filled(hr)).toBe(31 * 6)
  expect(await violations(hr, 'everything')).toEqual([])

  // A cell is taken out by a key, said as a gap on top, and comes back by the next key.
  const cell = hr.locator(`tr[data-staff="${people[0]}"] td:has([data-filled])`).first()
  const night = await cell.getAttribute('data-night')
  await cell.click()
  await hr.keyboard.press('Delete')
  await expect.poll(() => filled(hr)).toBe(31 * 6 - 1)
  expect(await hr.locator('tr.sum td[data-tone="lamp"]').count()).toBe(1)
  await hr.keyboard.press('z')
  await expect.poll(() => filled(hr)).toBe(31 * 6)

  // Dragged to somebody else, and what it breaks is said in the cell.
  const to = hr.locator(`tr[data-staff="${people[1]}"] td[data-night="${night}"]`)
  const before = await to.locator('[data-filled]').count()
  await hr.locator(`tr[data-staff="${people[0]}"] td[data-night="${night}"] [data-filled]`).dragTo(to)
  if (before === 0) await to.locator('[data-filled="service"]').waitFor()
  await hr.getByRole('button', { name: '撤销' }).click()
  await expect.poll(() => filled(hr)).toBe(31 * 6)

  const phone = await visit(people[0] as StaffId, '/roster/confirmations', { phone: true })
  await phone.getByText('没有等你回答的班').first().waitFor()
  await hr.getByRole('button', { name: '发布', exact: true }).click()
  await hr.getByText('已发布，第 1 版').waitFor()
  await heard(house)
  await phone.getByRole('button', { name: /都能来|全部/ }).click()
  await phone.getByText('能来', { exact: true }).first().waitFor()

  const funnel = await visit(nuo, '/roster/confirmations/all?month=2026-12')
  await funnel.getByText('林玫').first().waitFor()

  // Without a script the plan is read, and nothing on it pretends that a cell can be changed.
  const plain = await visit(nuo, '/roster/plan/2026-12', { script: false })
  expect(await filled(plain)).toBe(31 * 6)
  expect(await plain.locator('#plan-cell').isVisible()).toBe(false)
  expect([...hr.wrongs, ...phone.wrongs, ...funnel.wrongs]).toEqual([])
}, 120_000)
