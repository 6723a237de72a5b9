import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { hire, publishTerms, putOnPost } from '../support/people.ts'
import { openSite } from '../support/shop.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
let mei: StaffId

beforeEach(async () => {
  clock.set('2026-11-24T02:12:00+08:00')
  await publishTerms(database.db, clock.now())
  for (const [code, zh, en] of [
    ['line', '宽带与网络', 'Broadband'],
    ['bill', '账单', 'Billing'],
  ] as const)
    await database.db
      .insertInto('categories')
      .values({ code, name: JSON.stringify({ 'zh-CN': zh, en }), position: 1 })
      .execute()
  mei = await hire(database.db, '林玫')
  const seen = new Date('2026-11-24T02:24:00+08:00')
  for (const id of [mei, await hire(database.db, '陈舟'), await hire(database.db, '何雨桐')])
    await putOnPost(database.db, id, 'service', { seen })
})

const LOOKS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true },
]

/** Asked on the page as it stands, answered by Mei; the customer has read it and writes on. */
async function talk(where: { fill: Page['fill']; check: Page['check']; click: Page['click'] }): Promise<void> {
  await where.fill('[name=question]', '家里宽带断了，光猫上 LOS 灯是红的，重启了两次都不行。明早八点要开视频会。')
  await where.fill('[name=name]', '苏晴')
  await where.fill('[name=contact]', '13800138000')
  await where.check('[name=terms]')
  await where.click('[data-ask] button[data-kind=key]')
  const does = conversations(house)
  const newest = async () =>
    (await database.db.selectFrom('tickets').select('id').where('state', '=', 'queued').executeTakeFirst())
      ?.id as TicketId
  await expect.poll(newest, { timeout: 15_000 }).toBeDefined()
  const id = await newest()
  const epoch = await does.take(id, mei)
  await does.say(id, mei, epoch, '苏女士您好，我是林玫。查到了：您家接的那台交换机断电，不是您的光猫坏了。')
  await does.say(id, mei, epoch, '工程师 02:40 左右能恢复。恢复后我再看一眼您的线路，然后告诉您。')
}

test('the help page stands on a wide screen and on a phone, asleep and awake, in both languages and both lights', async () => {
  for (const look of LOOKS) {
    const page = await openPage(await openBrowser(house.url, look))
    await page.goto(house.url)
    await page.locator('[data-ask]').waitFor()
    expect(await widthBeyond(page)).toBe(0)
    expect(await violations(page, 'contrast')).toEqual([])
    await picture(page, `help-${look.width}`)
    expect(page.wrongs).toEqual([])
    await page.context().close()
    const day = await openPage(await openBrowser(house.url, { ...look, language: 'en', theme: 'light' }))
    await day.goto(house.url)
    await day.locator('[data-ask]').waitFor()
    expect(await widthBeyond(day)).toBe(0)
    expect(await violations(day)).toEqual([])
    await day.context().close()
  }
}, 120_000)

test('the chat in its frame stands on a page of another site, wide and on a phone', async () => {
  const shop = await openShop('zh-CN')
  await allow(shop.origin)
  for (const look of LOOKS) {
    const page = await openPage(await openBrowser(house.url, look))
    await page.goto(shop.origin)
    await page.getByRole('button', { name: '打开对话' }).click()
    const frame = page.frames()[1] ?? page.mainFrame()
    await frame.waitForURL(/widget/)
    await frame.waitForSelector('[data-ask]')
    await talk(frame)
    await frame.getByText('工程师 02:40').waitFor()
    await frame.getByText('正在为您服务').waitFor()
    await frame.fill('[data-say] textarea', '好，那我等你消息。')
    expect(await widthBeyond(page)).toBe(0)
    const wide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await frame.evaluate<number>(wide)).toBe(0)
    await picture(page, `widget-${look.width}`)
    expect(page.wrongs).toEqual([])
    await page.context().close()
  }
  shop.close()
}, 120_000)

test('asked in English, by day, with nobody there yet: what was said stands, and what comes next', async () => {
  const shop = await openShop('en', 'light')
  await allow(shop.origin)
  const wide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  for (const look of LOOKS) {
    const day = await openPage(
      await openBrowser(house.url, { ...look, language: 'en', theme: 'light' }, { colorScheme: 'light' }),
    )
    await day.goto(shop.origin)
    await day.getByRole('button', { name: 'Open the chat' }).click()
    const inside = day.frames()[1] ?? day.mainFrame()
    await inside.waitForURL(/widget/)
    await inside.fill('[name=question]', 'The router blinks red since midnight and nothing loads.')
    await inside.fill('[name=name]', 'Tom Oakley')
    await inside.fill('[name=contact]', 'tom@example.org')
    await inside.check('[name=terms]')
    await inside.click('[data-ask] button[data-kind=key]')
    await inside.locator('[data-say] textarea').waitFor({ state: 'visible' })
    await inside.fill('[data-say] textarea', 'It is the second time this week.')
    await inside.press('[data-say] textarea', 'Enter')
    await inside.getByText('It is the second time this week.').waitFor()
    expect(await widthBeyond(day)).toBe(0)
    expect(await inside.evaluate<number>(wide)).toBe(0)
    expect(await violations(day)).toEqual([])
    await picture(day, `widget-asked-en-${look.width}`)
    expect(day.wrongs).toEqual([])
    await day.context().close()
  }
  shop.close()
}, 120_000)

const allow = (origin: string) =>
  database.db.insertInto('allowed_sites').values({ origin, added_at: clock.now() }).execute()

/** The demo's shop as a site of its own: the page of another house with the one script tag. */
async function openShop(language: string, theme = 'dark') {
  const sheet = await (await fetch(`${house.url}/shop.css`)).text()
  const page = SHOP.replace('STYLE', sheet)
    .replace('WIDGET', `${house.url}/widget.js`)
    .replace('LANGUAGE', language)
    .replace('THEME', theme)
  return openSite(page)
}
const SHOP = `<!doctype html><html lang="LANGUAGE"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>青田网络设备</title><style>STYLE</style><script src="WIDGET" data-theme="THEME" async></script><body class="shop">
<header class="shop-head"><strong>青田网络设备</strong><nav><span>路由器</span><span>光猫</span><span>网线</span></nav></header>
<main class="shop-main"><p class="shop-crumb">路由器 / 全屋</p><h1>岭 R3 全屋路由器（三只装）</h1><div class="shop-grid">
<div class="shop-pic"><i></i><i></i><i></i></div><div><p class="shop-price">¥ 1,299</p>
<p>三只覆盖 220 平方米，每只两个千兆口。上门安装，走之前测好。</p>
<ul><li>两年只换不修</li><li>今天下单，明早送到</li><li>夜里也有人：安装、拨号、测速</li></ul></div></div></main></body></html>`
