import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { escalateToDepartment } from '../../jobs/escalate-to-department.ts'
import type { Post, StandingRole } from '../../server/kernel/capabilities.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowser, openPage, picture, violations } from '../support/pages.ts'
import { hire, publishTerms, roster, TONIGHT, topic } from '../support/people.ts'
import { goOnPost, passwordHash, signIn } from '../support/sign-in.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  await publishTerms(database.db, clock.now())
  await topic(database.db, '云服务器')
})

type Look = Parameters<typeof openBrowser>[1]
/** Somebody with a shift tonight, signed in and on post. */
async function onPost(name: string, post: Post, look: Look = {}) {
  const staffId = await hire(database.db, name, { passwordHash: await passwordHash() })
  await roster(database.db, staffId, post, TONIGHT)
  const page = await signedIn(staffId, look)
  await page.goto(`${house.url}/duty`)
  await goOnPost(page, house, staffId)
  return { staffId, page }
}
async function signedIn(staffId: StaffId, look: Look = {}) {
  const page = await openPage(await openBrowser(house.url, look))
  await signIn(page, house, staffId, '/duty')
  return page
}
/** A department of its own with one handler who has an address. */
async function department(name: string, handler: string, roles: StandingRole[] = ['handler']) {
  const staffId = await hire(database.db, handler, { roles })
  const { id } = await database.db
    .insertInto('departments')
    .values({ code: `d${staffId}`, name: JSON.stringify({ 'zh-CN': name, en: name }) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await database.db
    .updateTable('staff')
    .set({ department_id: id, email: `${staffId}@clearbrook.example` })
    .where('id', '=', staffId)
    .execute()
  return { id, staffId }
}
async function customerAsks(question: string) {
  const page = await openPage(await openBrowser(house.url, { width: 390, height: 844 }))
  await page.goto(house.url)
  await page.fill('[name=question]', question)
  await page.fill('[name=name]', '澜图设计')
  await page.fill('[name=contact]', '13800136027')
  await page.check('[name=terms]')
  await page.click('[data-ask] button[data-kind=key]')
  return page
}
const takes = async (page: Page) => {
  await page.goto(`${house.url}/desk`)
  await page.click('[data-take]')
  await page.waitForSelector('.reply-form')
}
/** From the conversation to whoever must help, with everything they need. */
async function asks(page: Page, target: string) {
  await page.getByRole('button', { name: '转给部门或技术值班' }).click()
  await page.selectOption('[name=target]', target)
  await page.fill('[name=need]', 'SSH 恢复，下单系统在上面')
  await page.fill('[name=tried]', '控制台能进，安全组没改过')
  await page.fill('[name=contact]', '138 0013 6027')
  await page.fill('[name=date]', '2026-11-24')
  await page.fill('[name=time]', '04:00')
  await page.getByRole('button', { name: '发出' }).click()
  await page.getByText('还没人接手').first().waitFor()
}
/** The agent passes the answer on and solves it; the customer says so and rates. */
async function tellsAndSolves(agent: Page, customer: Page, words: string) {
  // The answer is on its way while the agent looks.
  const button = agent.getByRole('button', { name: '告诉客户' })
  await expect.poll(() => agent.reload().then(() => button.count()), { interval: 500 }).toBe(1)
  await button.click()
  await agent.getByText('已告诉客户').first().waitFor()
  await customer.getByText(words).waitFor()
  await agent.getByRole('link', { name: '去会话' }).click()
  await agent.click('#act-resolve > summary')
  await agent.locator('#act-resolve select').selectOption({ index: 1 })
  await agent.locator('#act-resolve [name=need]').fill('恢复 SSH')
  await agent.locator('#act-resolve [name=result]').fill('已恢复')
  await agent.locator('#act-resolve button[data-kind=key]').click()
  await customer.getByRole('button', { name: '好了' }).click()
  await customer.getByText('您说好了').waitFor()
  await customer.locator('[data-rate] [name=service][value="5"]').check({ force: true })
  await customer.getByRole('button', { name: '提交评价' }).click()
  await customer.getByText('评价已收到').waitFor()
}

test('an agent asks a department, its handler accepts and answers from the link in the mail, the customer reads it, says "solved" and rates', async () => {
  const research = await department('研发部', '罗毅')
  const mei = await onPost('林玫', 'service')
  const customer = await customerAsks('云服务器 cs-7741 远程连不上')
  await takes(mei.page)
  await asks(mei.page, `department:${research.id}`)
  await customer.getByText('前告诉您结果').first().waitFor()
  await picture(mei.page, 'escalation.zh-dark-1440')

  const job = escalateToDepartment(house.deps)
  for (const { id } of await job.list(database.db, clock.now(), 9)) await job.run(id)
  const letter = await database.db.selectFrom('outgoing_mails').selectAll().executeTakeFirstOrThrow()
  expect(letter).toMatchObject({ kind: 'escalation', recipient: `${research.staffId}@clearbrook.example` })
  expect(letter.text).toContain('控制台能进')
  const handler = await openPage(await openBrowser(house.url, { width: 390, height: 844 }))
  await handler.goto(letter.link ?? '')
  expect(await violations(handler)).toEqual([])
  // How long the customer has waited counts on here as well, without a session.
  const waited = handler.locator('[data-since][data-clock]').first()
  const before = await waited.textContent()
  await expect.poll(() => waited.textContent()).not.toBe(before)
  await handler.getByRole('button', { name: '接手' }).click()
  await handler.getByText('罗毅在办').waitFor()
  await handler.fill('[name=forCustomer]', '服务器已恢复，没有重启，请您再试一次。')
  await handler.fill('[name=result]', '备份任务占满内存，已限住')
  await handler.getByRole('button', { name: '答复', exact: true }).click()
  await handler.getByText('已答复').first().waitFor()

  await mei.page.reload()
  await mei.page.getByText('答复来了，告诉客户').waitFor()
  expect(await violations(mei.page)).toEqual([])
  await tellsAndSolves(mei.page, customer, '服务器已恢复，没有重启，请您再试一次。')
  const rating = await database.db.selectFrom('ratings').select(['service', 'state']).executeTakeFirstOrThrow()
  expect(rating).toEqual({ service: 5, state: 'given' })
  expect([...mei.page.wrongs, ...customer.wrongs, ...handler.wrongs]).toEqual([])
}, 180_000)

test('row 13: the technician on post gets it as a live offer, writes the solution, and the customer reads it', async () => {
  const wu = await onPost('吴凯', 'technician')
  // Going on post leads there by itself, perhaps at this very moment.
  await expect.poll(() => wu.page.goto(`${house.url}/duty`).then(() => true, String)).toBe(true)
  const mei = await onPost('林玫', 'service')
  const customer = await customerAsks('光猫红灯，重启两次都不行')
  await takes(mei.page)
  await asks(mei.page, 'post:technician')
  // On whatever page they are it is said and rings.
  await wu.page.getByRole('link', { name: '去看请求' }).click()
  await wu.page.getByText('给你的请求').first().waitFor()
  await picture(wu.page, 'technician.zh-dark-1440')
  await wu.page.getByRole('button', { name: '接下' }).click()
  await wu.page.fill('[name=forCustomer]', '您家的线路已恢复。')
  await wu.page.fill('[name=result]', '交换机 SW-DC-07 换了电源')
  await wu.page.getByRole('button', { name: '答复', exact: true }).click()
  await mei.page.reload()
  await tellsAndSolves(mei.page, customer, '您家的线路已恢复。')
  expect([...mei.page.wrongs, ...wu.page.wrongs]).toEqual([])
}, 180_000)

test('inbox and directory pass axe in light, and hold the width of a phone', async () => {
  const research = await department('研发部', '罗毅')
  const mei = await onPost('林玫', 'service', { language: 'en', theme: 'light' })
  await customerAsks('网站打不开')
  await takes(mei.page)
  await mei.page.getByRole('button', { name: 'Ask a department or the technician' }).click()
  expect(await violations(mei.page)).toEqual([])
  await mei.page.selectOption('[name=target]', `department:${research.id}`)
  await mei.page.fill('[name=need]', '')
  await mei.page.getByRole('button', { name: 'Send', exact: true }).click()
  await mei.page.getByText('What does the customer need?').waitFor()
  expect(await violations(mei.page)).toEqual([])
  await mei.page.goto(`${house.url}/escalations/directory`)
  expect(await violations(mei.page)).toEqual([])
  await picture(mei.page, 'directory.en-light-1440')
  await mei.page.setViewportSize({ width: 390, height: 844 })
  const beyond = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  expect(await mei.page.evaluate<number>(beyond)).toBe(0)
  await mei.page.goto(`${house.url}/escalations`)
  expect(await mei.page.evaluate<number>(beyond)).toBe(0)
}, 180_000)
