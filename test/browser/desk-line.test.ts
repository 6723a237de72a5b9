import { expect, test } from 'vitest'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { deskPages } from '../support/desk-pages.ts'
import { openPage } from '../support/pages.ts'

const database = testDatabase()
const clock = handSetClock()
const desk = deskPages(database, clock)
const { person, stand, agent, customer, takes, saidOf, bubbles, holderOf } = desk

test('in two tabs there is one offer and one conversation: what is done in one is shown in the other', async () => {
  const { page, context } = await agent()
  const other = await openPage(context)
  await other.goto(`${desk.house.url}/desk`)
  const suQing = await customer()
  await Promise.all([page.waitForSelector('.offer'), other.waitForSelector('.offer')])
  await takes(page)
  await other.waitForSelector('[data-passing]')
  expect(await other.locator('.offer').count()).toBe(0)
  await other.click('.row')
  await other.waitForSelector('.reply-form')
  await page.fill('.reply-form textarea', '您好')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => bubbles(other)).toEqual(['家里宽带断了，光猫红灯', '您好'])
  await other.fill('.reply-form textarea', '我是林玫')
  await other.keyboard.press('Control+Enter')
  for (const one of [page, other])
    await expect.poll(() => bubbles(one)).toEqual(['家里宽带断了，光猫红灯', '您好', '我是林玫'])
  expect(await saidOf(suQing.id)).toEqual(['您好', '我是林玫'])
})

test('an offer that a second window has taken is said where it stood', async () => {
  const { page, context } = await agent()
  const other = await openPage(context)
  await other.goto(`${desk.house.url}/desk`)
  const suQing = await customer()
  await Promise.all([page.waitForSelector('.offer'), other.waitForSelector('.offer')])
  const button = await other.$('[data-take]')
  await takes(page)
  await other.waitForSelector('[data-passing]')
  expect(await other.locator('[data-passing]').textContent()).toContain('你已接下')
  expect(button).not.toBeNull()
  expect(await holderOf(suQing.id)).toBeTruthy()
})

test('what is written while the server is gone stays, says so, and goes out once when it is back; drafts stay too', async () => {
  const { page } = await agent()
  const suQing = await customer()
  await takes(page)
  const comesBack = await desk.goesAway()
  await page.fill('.reply-form textarea', '写在断线的时候')
  await page.keyboard.press('Control+Enter')
  await page.waitForSelector('.msg[data-unsent]')
  expect(await page.locator('.msg[data-unsent] .after').textContent()).toContain('没发出去，联网后自动补发一次')
  await page.waitForSelector('#line-state:not([hidden])')
  await page.fill('.reply-form textarea', '还没写完')
  await comesBack()
  await expect.poll(() => saidOf(suQing.id), { timeout: 15_000 }).toEqual(['写在断线的时候'])
  await expect.poll(() => page.locator('.msg[data-unsent]').count()).toBe(0)
  await expect.poll(() => bubbles(page)).toEqual(['家里宽带断了，光猫红灯', '写在断线的时候'])
  expect(await page.locator('#line-state').isHidden()).toBe(true)
  await page.reload()
  expect(await page.inputValue('.reply-form textarea')).toBe('还没写完')
  expect(await saidOf(suQing.id)).toEqual(['写在断线的时候'])
})

test('what was said while the line was down is there afterwards, once and in order', async () => {
  const { page, context } = await agent()
  const suQing = await customer()
  await takes(page)
  await context.setOffline(true)
  await page.waitForSelector('#line-state:not([hidden])')
  for (const word of ['一', '二', '三']) await suQing.writes(word)
  await context.setOffline(false)
  await expect.poll(() => bubbles(page), { timeout: 15_000 }).toEqual(['家里宽带断了，光猫红灯', '一', '二', '三'])
})

test('while live words may be missing the page says so and asks by itself', async () => {
  const { page } = await agent()
  const suQing = await customer()
  await takes(page)
  const { live } = desk.house.deps
  const { healthy, say } = live
  Object.assign(live, { healthy: () => false, say: () => undefined })
  try {
    await page.waitForSelector('#line-state:not([hidden])')
    expect(await page.locator('#line-state').textContent()).toContain('实时更新暂时较慢')
    await suQing.writes('还在吗')
    await expect.poll(() => bubbles(page), { timeout: 10_000 }).toContain('还在吗')
  } finally {
    Object.assign(live, { healthy, say })
  }
  await page.waitForSelector('#line-state', { state: 'hidden' })
})

test('where sockets are blocked replies go out by HTTP and answers come by asking', async () => {
  const { page, context, staffId } = await agent()
  const suQing = await customer()
  await takes(page)
  await context.routeWebSocket(/\/live/, (socket) => socket.close())
  await page.goto(`${desk.house.url}/desk/${suQing.id}`)
  await page.fill('.reply-form textarea', '走另一条路')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => saidOf(suQing.id), { timeout: 20_000 }).toEqual(['走另一条路'])
  await suQing.writes('收到')
  await expect.poll(() => bubbles(page), { timeout: 10_000 }).toEqual(['家里宽带断了，光猫红灯', '走另一条路', '收到'])
  expect(await holderOf(suQing.id)).toBe(staffId)
})

test('an agent whose sockets are blocked from the start is offered, takes, answers, and counts as here for as long as the page is open', async () => {
  const { page, context, staffId } = await person('林玫')
  await context.routeWebSocket(/\/live/, (socket) => socket.close())
  await page.goto(`${desk.house.url}/desk`)
  await stand({ page, staffId })
  await expect.poll(() => page.textContent('#line-state'), { timeout: 30_000 }).toContain('每三秒')
  const suQing = await customer()
  await page.waitForSelector('[data-take]', { timeout: 30_000 })
  await takes(page)
  await page.fill('.reply-form textarea', '我在')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => saidOf(suQing.id), { timeout: 30_000 }).toEqual(['我在'])
  // Minutes later, far beyond the silence after which work goes back.
  clock.forward({ minutes: 5 })
  const seen = async () => {
    const rows = await database.db.selectFrom('presence').select('seen_at').where('staff_id', '=', staffId).execute()
    return Math.max(...rows.map(({ seen_at }) => seen_at.getTime()))
  }
  await expect.poll(seen, { timeout: 30_000 }).toBe(clock.now().getTime())
  expect(await holderOf(suQing.id)).toBe(staffId)
}, 120_000)

test('whose session ends is led to sign in, and back', async () => {
  const { page, staffId } = await agent()
  await database.db.updateTable('sessions').set({ ended_at: clock.now() }).where('staff_id', '=', staffId).execute()
  await expect.poll(() => page.url(), { timeout: 15_000 }).toBe(`${desk.house.url}/sign-in?next=%2Fdesk`)
})
