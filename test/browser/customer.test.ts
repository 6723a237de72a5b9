import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { createAdaptorServer } from '@hono/node-server'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openChatSockets } from '../../server/chat/sockets.ts'
import { takeTicket } from '../../server/desk/offers/actions.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { describeTicket, resolveTicket } from '../../server/tickets/actions.ts'
import { mark, postMessage } from '../../server/tickets/messages/actions.ts'
import { launchChromium } from '../support/chromium.ts'
import { testDatabase } from '../support/database.ts'
import { openLine } from '../support/line.ts'
import { as, hire, see, topic } from '../support/people.ts'
import { freePort } from '../support/program.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'

const database = testDatabase()
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
let house: QuietHouse
let http: Server
let line: Awaited<ReturnType<typeof openLine>>
let url: string
let mei: StaffId

beforeAll(async () => {
  let port = 0
  line = await openLine(() => port)
  house = await openHouse(database, { ...systemClock, set: () => {}, forward: () => {} }, line.port)
  http = createAdaptorServer({ fetch: house.app.fetch }) as Server
  house.deps.live.attach(http)
  openChatSockets(house.deps)
  port = await freePort()
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  url = `http://127.0.0.1:${line.port}`
})
afterAll(async () => {
  line.close()
  http.closeAllConnections()
  await house.deps.live.close()
  await house.close()
})
beforeEach(async () => {
  line.mend()
  mei = await hire(database.db, '林玫')
  await onPostNow(mei)
})

/** On a shift that covers this very moment. */
async function onPostNow(staffId: StaffId): Promise<void> {
  const now = Date.now()
  const during = `[${new Date(now - 3_600_000).toISOString()},${new Date(now + 7 * 3_600_000).toISOString()})`
  const { id } = await database.db
    .insertInto('shifts')
    .values({
      staff_id: staffId,
      post: 'service',
      during,
      night: '2026-11-23',
      kind: 'night',
      created_at: new Date(now),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await database.db
    .insertInto('attendances')
    .values({ shift_id: id, staff_id: staffId, checked_in_at: new Date(now), arrival: 'ready', checked_out_at: null })
    .execute()
  await see(database.db, staffId, new Date(now + 600_000))
}

async function open(
  path: string,
  {
    language = 'en',
    theme = 'dark',
    width = 1440,
    script = true,
  }: { language?: string; theme?: string; width?: number; script?: boolean } = {},
): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
  const browser = await launchChromium()
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    locale: language,
    javaScriptEnabled: script,
  })
  await context.addCookies([
    { name: 'nightdesk-language', value: language, url },
    { name: 'nightdesk-theme', value: theme, url },
  ])
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/ERR_|WebSocket|Failed to load resource/.test(message.text()))
      faults.push(message.text())
  })
  await page.goto(url + path)
  return { page, context, faults }
}
const askIn = async (page: Page, question = 'The line has been down since midnight.') => {
  await page.fill('[name=question]', question)
  await page.fill('[name=name]', 'Su Qing')
  await page.fill('[name=contact]', '13800138000')
  await page.check('[name=terms]')
  await page.click('[data-ask] button[data-kind=key]')
}
const write = async (page: Page, words: string) => {
  await page.fill('[data-say] textarea', words)
  await page.press('[data-say] textarea', 'Enter')
}
const bubbles = (page: Page) => page.locator('.bubble').allTextContents()
/** Waits until the page shows these words, in this order, and nothing else. */
const shows = (page: Page, words: string[]) => expect.poll(() => bubbles(page), { timeout: 15_000 }).toEqual(words)

/** The agent's side, by the house's own acts. */
async function agent(who = mei) {
  const { transact, db } = house.deps
  const wait = async () =>
    (await db.selectFrom('tickets').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())?.id
  await expect.poll(wait).toBeDefined()
  const ticketId = (await wait()) as TicketId
  const { epoch } = await transact(as(who, 'manager'), (tx) => takeTicket(tx, ticketId))
  return {
    ticketId,
    say: (body: string) =>
      transact(as(who), (tx) =>
        postMessage(tx, { ticketId, by: { kind: 'staff', staffId: who, epoch }, clientId: crypto.randomUUID(), body }),
      ),
    read: (seq: number) => transact(as(who), (tx) => mark(tx, ticketId, 'staff', { delivered: seq, read: seq })),
    resolve: async () => {
      const categoryId = await topic(db, crypto.randomUUID())
      await transact(as(who), (tx) =>
        describeTicket(tx, ticketId, { epoch, categoryId, need: 'Line', result: 'Works' }),
      )
      await transact(as(who), (tx) => resolveTicket(tx, ticketId, { epoch }))
    },
  }
}

test('a customer asks, is answered and rates service and product apart, once', async () => {
  const { page, context, faults } = await open('/')
  await askIn(page)
  await page.getByText('You are number 1 in line').waitFor()
  const mine = await agent()
  await page.getByRole('heading', { name: '林玫' }).waitFor()
  await mine.say('It is the switch in your street.')
  await shows(page, ['The line has been down since midnight.', 'It is the switch in your street.'])
  await write(page, 'Thank you')
  await mine.read(99)
  await page.locator('[data-mark=read]').waitFor()
  await mine.resolve()
  await page.getByText('How did it go?').waitFor()
  await page.locator('[data-rate] [name=service][value="5"]').check({ force: true })
  await page.locator('[data-rate] [name=product][value="2"]').check({ force: true })
  await page.getByRole('button', { name: 'Send rating' }).click()
  await page.getByText('Your rating has arrived').waitFor()
  const rating = await house.deps.db
    .selectFrom('ratings')
    .select(['service', 'product', 'state'])
    .executeTakeFirstOrThrow()
  expect(rating).toEqual({ service: 5, product: 2, state: 'given' })
  expect(faults).toEqual([])
  await context.close()
})

test('a page left open while the server is gone and both sides write shows everything afterwards, once, in order, drafts kept', async () => {
  const { page, context } = await open('/')
  await askIn(page, 'first')
  const mine = await agent()
  await mine.say('second')
  await shows(page, ['first', 'second'])
  line.cut()
  await page.getByText('The line is down').waitFor()
  await write(page, 'written without a line')
  await page.getByText('Not sent yet').first().waitFor()
  await page.fill('[data-say] textarea', 'a draft')
  await mine.say('third')
  await mine.say('fourth')
  line.mend()
  await shows(page, ['first', 'second', 'third', 'fourth', 'written without a line'])
  expect(await page.inputValue('[data-say] textarea')).toBe('a draft')
  await page.reload()
  await shows(page, ['first', 'second', 'third', 'fourth', 'written without a line'])
  expect(await page.inputValue('[data-say] textarea')).toBe('a draft')
  await context.close()
})

test('a message that could not be sent goes out once when the page is opened again', async () => {
  const { page, context } = await open('/')
  await askIn(page, 'first')
  await shows(page, ['first'])
  line.cut()
  await page.getByText('The line is down').waitFor()
  await write(page, 'kept in this browser')
  await page.getByText('Not sent yet').first().waitFor()
  await page.close()
  line.mend()
  const again = await context.newPage()
  await again.goto(url)
  await shows(again, ['first', 'kept in this browser'])
  await expect
    .poll(
      async () =>
        (await house.deps.db.selectFrom('messages').select('id').where('body', '=', 'kept in this browser').execute())
          .length,
    )
    .toBe(1)
  await context.close()
})

test('the private page is live, takes a word, and a complaint needs a second press', async () => {
  const { page, context, faults } = await open('/', { script: false })
  await askIn(page)
  const link = page.url()
  expect(link).toContain('/requests/')
  await context.close()
  const live = await open(new URL(link).pathname, { language: 'zh-CN' })
  const mine = await agent()
  await live.page.getByText('正在处理').first().waitFor()
  await mine.say('查到了，是交换机断电。')
  await shows(live.page, ['The line has been down since midnight.', '查到了，是交换机断电。'])
  await write(live.page, '谢谢')
  await shows(live.page, ['The line has been down since midnight.', '查到了，是交换机断电。', '谢谢'])
  await live.page.locator('.confirm summary').click()
  await live.page.getByRole('button', { name: '是，我要投诉' }).click()
  await live.page.getByText('值班经理已知悉').first().waitFor()
  expect([...faults, ...live.faults]).toEqual([])
  await live.context.close()
})

test('a foreign page gets the chat in a frame by one script tag; a page that is not allowed does not', async () => {
  const shop = await openShop()
  await database.db.insertInto('allowed_sites').values({ origin: shop.origin, added_at: new Date() }).execute()
  const browser = await launchChromium()
  const context = await browser.newContext({ locale: 'en' })
  const page = await context.newPage()
  await page.goto(shop.origin)
  await page.getByRole('button', { name: 'Open the chat' }).click()
  const frame = page.frameLocator('iframe')
  await frame.locator('[name=question]').fill('Does the R3 work with my line?')
  await frame.locator('[name=name]').fill('Zhou')
  await frame.locator('[name=contact]').fill('zhou@example.com')
  await frame.locator('[name=terms]').check()
  await frame.getByRole('button', { name: 'Ask now' }).click()
  await frame.getByText('You are number 1 in line').waitFor()
  const mine = await agent()
  await page.keyboard.press('Escape')
  await mine.say('It does.')
  await expect.poll(() => page.locator('b').textContent()).toBe('1')
  const ticket = await house.deps.db.selectFrom('tickets').select(['channel', 'came_from']).executeTakeFirstOrThrow()
  expect(ticket).toEqual({ channel: 'widget', came_from: `${shop.origin}/` })
  await database.db.deleteFrom('allowed_sites').execute()
  await page.goto(shop.origin)
  await page.getByRole('button', { name: 'Open the chat' }).click()
  await expect.poll(() => page.frames().find((one) => one.url().startsWith('chrome-error'))).toBeDefined()
  await context.close()
  shop.close()
})

async function openShop() {
  const page = `<!doctype html><title>Shop</title><p>Shop</p><script src="${url}/widget.js" async></script>`
  const fetch = () => new Response(page, { headers: { 'content-type': 'text/html' } })
  const server = createAdaptorServer({ fetch }) as Server
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { origin: `http://localhost:${port}`, close: () => server.close() }
}

test('nasty words stay words and break no layout, at the width of a phone', async () => {
  const nasty = `<img src=x onerror=alert(1)> ${'x'.repeat(500)} ‮abc {{t "x"}}`
  const { page, context, faults } = await open('/', { width: 390 })
  await askIn(page, nasty)
  await shows(page, [nasty])
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
  expect(wide).toBeLessThanOrEqual(390)
  expect(faults).toEqual([])
  await context.close()
})

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const)
  test(`no page of customers fails axe (${language}, ${theme})`, async () => {
    const { page, context } = await open('/', { language, theme })
    const found: string[] = []
    const look = async (name: string) => {
      await page.evaluate(await import('node:fs').then((fs) => fs.readFileSync(axe, 'utf8')))
      const { violations } = await page.evaluate(() =>
        (
          globalThis as unknown as {
            axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
          }
        ).axe.run(),
      )
      found.push(
        ...violations.map(
          ({ id, nodes }) => `${name}: ${id} ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
        ),
      )
    }
    await look('help')
    await askIn(page)
    const mine = await agent()
    await mine.say('On it')
    await mine.resolve()
    await page.locator('[data-rate]').waitFor({ state: 'visible' })
    await look('chat')
    const href = (await page.locator('[data-request]').getAttribute('href')) ?? ''
    await page.goto(href)
    await look('request')
    await page.goto(`${url}/widget`)
    await look('widget')
    await page.goto(`${url}/requests`)
    await look('requests')
    expect(found).toEqual([])
    await context.close()
  })
