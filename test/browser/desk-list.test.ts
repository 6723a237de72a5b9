import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { storeSetting } from '../../server/settings/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { call } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { deskPages } from '../support/desk-pages.ts'
import { openBrowser, openPage, violations, widthBeyond } from '../support/pages.ts'

const database = testDatabase()
const clock = handSetClock()
const desk = deskPages(database, clock)
const { person, stand, agent, customer, takes, bubbles, listen, holderOf } = desk

test('the tabs of the list show what is mine, what waits, or all, by mouse and keyboard, and say when there is none', async () => {
  await storeSetting(database.db, { key: 'capacity', value: 1, by: null, at: clock.now() })
  const { page } = await agent()
  const show = (what: string) => page.check(`[name="desk-show"][value="${what}"]`, { force: true })
  const shown = () => page.locator('.desk-list .row .who:visible').allTextContents()
  const said = () => page.locator('.desk-list .desk-none:visible').allTextContents()
  await customer({ name: '白露' })
  await takes(page)
  await page.waitForSelector('#group-us')
  await show('waiting')
  expect(await shown()).toEqual([])
  expect(await said()).toHaveLength(1)
  await page.mouse.move(900, 500)
  await customer({ name: '郑浩' })
  await expect.poll(shown, { timeout: 30_000 }).toEqual(['郑*'])
  expect(await said()).toEqual([])
  await show('mine')
  expect(await shown()).toEqual(['白露'])
  await page.keyboard.press('ArrowRight')
  expect(await shown()).toEqual(['郑*'])
  await page.keyboard.press('ArrowRight')
  expect(await shown()).toEqual(['白露', '郑*'])
  // What is told live changes the rows and leaves the choice.
  await show('mine')
  await customer({ name: '韩雪' })
  await expect.poll(() => page.locator('.row:has-text("韩*")').count(), { timeout: 30_000 }).toBe(1)
  expect(await shown()).toEqual(['白露'])
}, 120_000)

test('under the pointer the list does not jump: what is new waits behind a number', async () => {
  await storeSetting(database.db, { key: 'capacity', value: 1, by: null, at: clock.now() })
  const { page } = await agent()
  await customer({ name: '白露' })
  await takes(page)
  await page.fill('.reply-form textarea', '稍等')
  await page.keyboard.press('Control+Enter')
  // With both hands full nothing more is offered, and the queue grows.
  await page.waitForSelector('#group-customer')
  const row = page.locator('.row:has-text("白露")')
  await row.hover()
  const before = await row.boundingBox()
  await customer({ name: '郑浩' })
  let step = 0
  const handMoves = async () => {
    await page.mouse.move(200 + (step++ % 9), (before?.y ?? 0) + 20)
    return page.locator('[data-fresh]').count()
  }
  await expect.poll(handMoves, { interval: 50 }).toBe(1)
  expect(await page.locator('.row:has-text("郑*")').count()).toBe(0)
  expect(await row.boundingBox()).toEqual(before)
  await page.click('[data-fresh]')
  await page.waitForSelector('.row:has-text("郑*")')
})

test('in silent mode the edge of the screen glows instead of a sound, and the choice is kept', async () => {
  const { page } = await agent()
  await page.click('.menu summary')
  await page.click('button[data-silent]')
  await listen(page)
  await customer()
  await page.waitForSelector('html[data-glow="offer"]')
  await expect.poll(() => page.evaluate('rings')).toContain('offer silent')
  await takes(page)
  await expect.poll(() => page.locator('html[data-glow]').count()).toBe(0)
  await page.reload()
  expect(await page.locator('button[data-silent]').getAttribute('aria-pressed')).toBe('true')
})

test('an alarm rings at the duty manager’s, on whatever page they are, until it is settled on the live board', async () => {
  const manager = await person('周启明', { post: 'manager' })
  const { page } = manager
  await stand(manager)
  await page.goto(`${desk.house.url}/board`)
  await listen(page)
  await page.mouse.click(700, 700)
  const suQing = await customer()
  await call(desk.house.url, 'POST', `/tickets/${suQing.id}/complaint`, { token: suQing.token, body: {} })
  await page.waitForSelector('#board-now li')
  await expect.poll(() => page.evaluate('rings')).toContain('alarm heard')
  await expect.poll(() => page.locator('.rail .count').first().textContent()).toMatch(/^1/)
  await page.click('#board-now button:has-text("我来接")')
  await page.waitForURL(`**/desk/${suQing.id}`)
})

test('without a script the desk takes an offer, answers, notes, resolves, and undoes it', async () => {
  const { staffId, context } = await agent()
  const suQing = await customer()
  const cookies = await context.cookies()
  const plain = await openBrowser(desk.house.url, {}, { javaScriptEnabled: false })
  await plain.addCookies(cookies)
  const page = await openPage(plain)
  await page.goto(`${desk.house.url}/desk`)
  await page.click('text=接下')
  await page.waitForURL(`**/desk/${suQing.id}`)
  expect(await holderOf(suQing.id)).toBe(staffId)
  await page.fill('.reply-form textarea', '您好')
  await page.click('.reply-form [data-kind="key"]')
  expect(await bubbles(page)).toEqual(['家里宽带断了，光猫红灯', '您好'])
  await page.click('label:has-text("内部备注")')
  expect(await page.locator('.reply-form').isVisible()).toBe(false)
  await page.fill('.note-form textarea', '换过光猫')
  await page.click('.note-form button')
  expect(await page.locator('.note-body').textContent()).toBe('换过光猫')
  await page.click('#act-resolve summary')
  await page.fill('[name="need"]', '恢复')
  await page.click('#act-resolve [data-kind="key"]')
  expect(await page.locator('#act-resolve .error').textContent()).toContain('选一个分类')
  expect(await page.inputValue('[name="need"]')).toBe('恢复')
  await page.selectOption('[name="categoryId"]', { index: 1 })
  await page.fill('[name="result"]', '好了')
  await page.click('#act-resolve [data-kind="key"]')
  await page.click('text=撤回解决')
  expect((await getTicket(database.db, suQing.id)).state).toBe('open')
})

test('a phone shows the list, then the conversation with the offer in one line above it, and nothing wider than itself', async () => {
  const { page } = await agent('林玫', { width: 390, height: 844, phone: true })
  expect(await page.locator('.desk-queue').isVisible()).toBe(true)
  const suQing = await customer()
  await takes(page)
  expect(await page.locator('.desk-list').isVisible()).toBe(false)
  await customer({ name: '高文博' })
  await page.waitForSelector('.offer')
  expect((await page.locator('.offer').boundingBox())?.height).toBeLessThan(90)
  expect(await page.locator('.reply-form').isVisible()).toBe(true)
  expect(await widthBeyond(page)).toBe(0)
  await page.click('#act-resolve summary')
  expect(await page.locator('#act-resolve [data-kind="key"]').isVisible()).toBe(true)
  await page.click('#act-resolve summary')
  await page.click('.desk-who')
  await page.waitForSelector('.desk-side:target')
  await page.click('.side-close')
  await page.click('.desk-back')
  await page.waitForURL('**/desk')
  await page.waitForSelector('.desk-list')
  await page.goBack()
  await page.waitForSelector(`#talk-${suQing.id}`)
})

test.each([
  ['everything that axe knows, by day in English', 'en', 'light'],
  ['its contrasts, by night in Chinese', 'zh-CN', 'dark'],
] as const)(
  'the desk and its forms pass %s',
  async (_, language, theme) => {
    const check = async (page: Page, where: string) =>
      expect(await violations(page, theme === 'light' ? 'everything' : 'contrast'), `${where} ${theme}`).toEqual([])
    const one = await person(language === 'en' ? 'Lin Mei' : '何雨桐', { look: { language, theme } })
    const { page } = one
    await check(page, 'off post')
    await stand(one)
    await page.waitForSelector('.desk-idle')
    await check(page, 'idle')
    const suQing = await customer({ language })
    await page.waitForSelector('.offer')
    await check(page, 'offer')
    await takes(page)
    await suQing.writes('在吗')
    await page.fill('.reply-form textarea', '在')
    await page.keyboard.press('Control+Enter')
    await page.locator('.composer .tabs label').last().click()
    await check(page, 'note')
    await page.locator('.composer .tabs label').first().click()
    await page.fill('.reply-form textarea', '/')
    await page.waitForSelector('.canned:not([hidden])')
    await check(page, 'canned')
    await page.fill('.reply-form textarea', '')
    await page.keyboard.press('Escape')
    for (const act of ['transfer', 'resolve', 'more']) {
      await page.click(`#act-${act} summary`)
      await check(page, act)
      await page.click(`#act-${act} summary`)
    }
    await page.keyboard.press('?')
    await page.waitForSelector('dialog[open]')
    await check(page, 'keys')
    await page.keyboard.press('Escape')
    await page.click('#act-more summary')
    await page.locator('#act-more form[action$="/return"] button').click()
    await page.waitForSelector('.locked')
    await check(page, 'locked')
    expect(page.wrongs).toEqual([])
  },
  180_000,
)
