import { once } from 'node:events'
import fs from 'node:fs'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { createAdaptorServer } from '@hono/node-server'
import { sql } from 'kysely'
import type { BrowserContext, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openChatSockets } from '../../server/chat/sockets.ts'
import { takeTicket } from '../../server/desk/offers/actions.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { describeTicket, resolveTicket } from '../../server/tickets/actions.ts'
import { sendFile } from '../../server/tickets/files/actions.ts'
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

/** The page shows a word before the house has it. */
const arrived = (body: string) => {
  const find = () => house.deps.db.selectFrom('messages').select('seq').where('body', '=', body).executeTakeFirst()
  return expect.poll(find, { timeout: 15_000 }).toBeDefined()
}

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
    epoch,
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
  await arrived('Thank you')
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

/** What is asked of an image element. */
type Picture = { naturalWidth: number; naturalHeight: number; width: number; height: number; alt: string }
test('a picture and a log that a customer sends are kept while the line is down, go out once, and stand in both sides’ words; a program is refused', async () => {
  const { page, context, faults } = await open('/')
  await askIn(page)
  const mine = await agent()
  await page.getByRole('heading', { name: '林玫' }).waitFor()
  const png = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#c22' } })
    .png()
    .toBuffer()
  line.cut()
  await page.getByText('The line is down').waitFor()
  await page.setInputFiles('[data-say] input[type=file]', [
    { name: 'red lamp.png', mimeType: 'image/png', buffer: png },
    { name: 'trace.log', mimeType: 'text/plain', buffer: Buffer.from('lost\n'.repeat(400)) },
  ])
  await page.getByText('Not sent yet').first().waitFor()
  await page.goto('about:blank')
  line.mend()
  await page.goto(`${url}/`)
  await expect
    .poll(() => page.locator('a.file img').evaluate((one) => (one as unknown as Picture).naturalWidth), {
      timeout: 15_000,
    })
    .toBe(640)
  expect(
    await page.locator('a.file img').evaluate((one) => {
      const { width, height } = one as unknown as Picture
      return [width, height]
    }),
  ).toEqual([300, 225])
  await page.locator('a.file', { hasText: 'trace.log' }).getByText('2 KB').waitFor()
  const { rows } = await sql<{ body: string }>`select body from messages where code = 'file' order by seq`.execute(
    database.db,
  )
  expect(rows.map(({ body }) => body)).toEqual(['red lamp.png', 'trace.log'])

  await page.setInputFiles('[data-say] input[type=file]', [
    { name: 'help.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from([77, 90, 0, 1, 2, 0]) },
  ])
  await page.getByText('This kind of file is not taken').waitFor()
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect.poll(() => page.getByText('help.exe').count()).toBe(0)

  const { db, files, transact, clock } = house.deps
  const by = { kind: 'staff', staffId: mei, epoch: mine.epoch } as const
  await sendFile({
    ...{ db, files, now: clock.now(), ticketId: mine.ticketId, author: `staff:${mei}` },
    sent: { clientId: crypto.randomUUID(), name: 'manual.pdf', bytes: Buffer.from('%PDF-1.7 what the lamps mean') },
    post: (word) => transact(as(mei), (tx) => postMessage(tx, { ticketId: mine.ticketId, by, ...word })),
  })
  const coming = page.waitForEvent('download')
  await page.locator('a.file', { hasText: 'manual.pdf' }).click()
  const download = await coming
  expect(download.suggestedFilename()).toBe('manual.pdf')
  expect(fs.readFileSync(await download.path(), 'utf8')).toBe('%PDF-1.7 what the lamps mean')
  expect(faults).toEqual([])
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

test('where no live line comes through the chat asks by HTTP, says so, and shows everything: place, words, marks, state and rating', async () => {
  line.refuseSockets()
  const { page, context, faults } = await open('/')
  await askIn(page, 'first')
  await page.getByText('You are number 1 in line').waitFor()
  await page.getByText('Live messages do not get through here').waitFor()
  const mine = await agent()
  await page.getByRole('heading', { name: '林玫' }).waitFor()
  await mine.say('second')
  await shows(page, ['first', 'second'])
  await write(page, 'third')
  await shows(page, ['first', 'second', 'third'])
  await arrived('third')
  await mine.read(99)
  await page.locator('[data-mark=read]').waitFor()
  const marks = () =>
    house.deps.db.selectFrom('marks').select('read_seq').where('reader', '=', 'customer').executeTakeFirst()
  await expect.poll(marks, { timeout: 15_000 }).toEqual({ read_seq: 5 })
  await mine.resolve()
  await page.getByText('How did it go?').waitFor()
  await page.locator('[data-rate] [name=service][value="4"]').check({ force: true })
  await page.getByRole('button', { name: 'Send rating' }).click()
  await page.getByText('Your rating has arrived').waitFor()
  line.mend()
  await page.getByText('Live messages do not get through here').waitFor({ state: 'hidden', timeout: 20_000 })
  expect(faults).toEqual([])
  await context.close()
})

test('two pages of one browser never write over what the other has not sent yet, and it goes out once', async () => {
  const { page, context } = await open('/')
  await askIn(page, 'first')
  await shows(page, ['first'])
  const second = await context.newPage()
  await second.goto(url)
  await shows(second, ['first'])
  line.cut()
  for (const one of [page, second]) await one.getByText('The line is down').waitFor()
  await write(page, 'from the first page')
  await write(second, 'from the second page')
  await write(page, 'once more from the first')
  for (const one of [page, second]) await one.getByText('Not sent yet').first().waitFor()
  await page.close()
  line.mend()
  const all = ['first', 'from the first page', 'from the second page', 'once more from the first']
  await expect.poll(async () => (await bubbles(second)).sort(), { timeout: 20_000 }).toEqual([...all].sort())
  const stored = async () => {
    const own = house.deps.db.selectFrom('messages').select('body').where('author', '=', 'customer')
    return (await own.execute()).map(({ body }) => body).sort()
  }
  await expect.poll(stored, { timeout: 20_000 }).toEqual([...all].sort())
  await second.reload()
  await expect.poll(async () => (await bubbles(second)).sort(), { timeout: 20_000 }).toEqual([...all].sort())
  await context.close()
})

test('a browser whose token has run out is told so, keeps what was written, and asks with a new one', async () => {
  const { page, context } = await open('/')
  await askIn(page, 'first')
  await shows(page, ['first'])
  line.cut()
  await page.getByText('The line is down').waitFor()
  await write(page, 'written too late')
  await page.fill('[data-say] textarea', 'and a draft')
  await page.getByText('Not sent yet').first().waitFor()
  await house.deps.db
    .updateTable('visitors')
    .set({ expires_at: new Date(0) })
    .execute()
  line.mend()
  await page.getByText('This browser was last here a long time ago').waitFor()
  expect(await page.inputValue('[name=question]')).toBe('written too late\nand a draft')
  await page.click('[data-ask] button[data-kind=key]')
  await shows(page, ['written too late\nand a draft'])
  await context.close()
})

test('a line that the house refuses for a while is tried again until it opens', async () => {
  const { page, context } = await open('/')
  let refused = true
  house.deps.live.io.of('/chat').use((_socket, next) => (refused ? next(new Error('busy')) : next()))
  await askIn(page, 'first')
  await page.getByText('Live messages do not get through here').waitFor()
  refused = false
  await page.getByText('Live messages do not get through here').waitFor({ state: 'hidden', timeout: 25_000 })
  await context.close()
})

test('however often the queue moves in a moment, whoever waits asks once', async () => {
  const { page, context } = await open('/')
  await askIn(page, 'first')
  await page.getByText('You are number 1 in line').waitFor()
  await expect.poll(() => house.deps.live.io.of('/chat').sockets.size).toBe(1)
  await page.waitForLoadState('networkidle')
  let asked = 0
  page.on('request', (request) => {
    if (/\/api\/v1\/tickets\/\d+$/.test(request.url())) asked++
  })
  const changed = () => house.deps.live.io.of('/chat').emit('changed', {})
  for (let n = 0; n < 30; n++) changed()
  for (const times of [1, 2, 3, 4]) {
    await expect.poll(() => asked, { timeout: 15_000 }).toBe(times)
    if (times < 4) changed()
  }
  await context.close()
})

test('a question that fails in the chat says what to do next and keeps every word', async () => {
  const { page, context } = await open('/')
  await page.fill('[name=contact]', 'nowhere')
  await page.fill('[name=question]', 'The line is down')
  await page.fill('[name=name]', 'Su Qing')
  await page.check('[name=terms]')
  await page.click('[data-ask] button[data-kind=key]')
  await page.getByText('Correct it and send it once more').waitFor()
  line.cut()
  await page.fill('[name=contact]', '13800138000')
  await page.click('[data-ask] button[data-kind=key]')
  await page.getByText('try again once you are back online').waitFor()
  expect(await page.inputValue('[name=question]')).toBe('The line is down')
  line.mend()
  await page.click('[data-ask] button[data-kind=key]')
  await shows(page, ['The line is down'])
  await house.deps.db.updateTable('tickets').set({ state: 'closed' }).execute()
  await write(page, 'One word more')
  await page.getByText('Copy what you wrote and ask a new question').waitFor()
  await shows(page, ['The line is down', 'One word more'])
  await context.close()
})

test('the chat goes on in the language that was chosen for the question', async () => {
  const { page, context } = await open('/')
  await page.locator('input[name=language][value="zh-CN"]').check({ force: true })
  await askIn(page, '线路断了')
  await page.getByText('您排在第 1 位').waitFor()
  await shows(page, ['线路断了'])
  expect(await page.getAttribute('html', 'lang')).toBe('zh-CN')
  const { language } = await house.deps.db.selectFrom('visitors').select('language').executeTakeFirstOrThrow()
  expect(language).toBe('zh-CN')
  await context.close()
})

test('one may write before the house has said how the request stands', async () => {
  const { page, context } = await open('/')
  await page.route(/\/api\/v1\/tickets\/\d+$/, (route) => route.abort())
  await askIn(page, 'first')
  await shows(page, ['first'])
  await write(page, 'second')
  await arrived('second')
  await shows(page, ['first', 'second'])
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
  await page.locator('iframe').waitFor({ state: 'hidden' })
  await mine.say('It does.')
  await expect.poll(() => page.locator('b').textContent()).toBe('1')
  const ticket = await house.deps.db.selectFrom('tickets').select(['channel', 'came_from']).executeTakeFirstOrThrow()
  expect(ticket).toEqual({ channel: 'widget', came_from: `${shop.origin}/` })
  await database.db.deleteFrom('allowed_sites').execute()
  await page.goto(shop.origin)
  await page.getByRole('button', { name: 'Open the chat' }).click()
  await page.getByText('The chat cannot open on this page').waitFor()
  const [apart] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Open it in a window of its own' }).click(),
  ])
  await apart.locator('[name=question]').waitFor()
  await context.close()
  shop.close()
})

test('the lamp of the button is lit while somebody is on post and dark while nobody is, and the unopened button is one request', async () => {
  const shop = await openShop()
  await database.db.insertInto('allowed_sites').values({ origin: shop.origin, added_at: new Date() }).execute()
  const browser = await launchChromium()
  const context = await browser.newContext({ locale: 'en' })
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', (request) => request.url().startsWith(url) && asked.push(request.url()))
  await page.goto(shop.origin)
  await page.getByRole('button', { name: 'somebody is on post' }).getByText('Ask us').waitFor()
  expect(await page.locator('.lit').count()).toBe(1)
  expect(asked).toEqual([`${url}/widget.js`])
  await database.db.updateTable('attendances').set({ checked_out_at: new Date() }).execute()
  const dark = () => page.reload().then(() => page.locator('.lit').count())
  await expect.poll(dark, { timeout: 15_000 }).toBe(0)
  await page.getByRole('button', { name: 'nobody is on post now' }).getByText('Leave a question').waitFor()
  await context.close()
  shop.close()
})

test('the lamp follows who is on post also on a page whose policy lets no request out, and is dark where the house is gone', async () => {
  const shop = await openShop({ 'content-security-policy': `default-src 'none'; script-src ${url}; frame-src ${url}` })
  const browser = await launchChromium()
  const context = await browser.newContext({ locale: 'en' })
  const page = await context.newPage()
  await page.clock.install()
  // One look of the house serves two seconds of pages.
  const lit = () => page.goto(shop.origin).then(() => page.locator('.lit').count())
  await expect.poll(lit, { interval: 500 }).toBe(1)
  await page.getByRole('button', { name: 'somebody is on post' }).waitFor()
  await page.clock.runFor(61_000)
  await expect.poll(() => page.locator('.lit').count()).toBe(1)
  await database.db.updateTable('attendances').set({ checked_out_at: new Date() }).execute()
  const minute = () => page.clock.runFor(61_000)
  await expect.poll(() => minute().then(() => page.locator('.lit').count()), { interval: 500 }).toBe(0)
  await database.db.updateTable('attendances').set({ checked_out_at: null }).execute()
  await expect.poll(() => minute().then(() => page.locator('.lit').count()), { interval: 500 }).toBe(1)
  line.cut()
  await expect.poll(() => minute().then(() => page.locator('.lit').count()), { interval: 500 }).toBe(0)
  expect(await page.locator('script').count()).toBe(1)
  await context.close()
  shop.close()
})

test('an opened widget weighs at most 45 kB on the wire, an unopened one at most 6', async () => {
  const shop = await openShop()
  await database.db.insertInto('allowed_sites').values({ origin: shop.origin, added_at: new Date() }).execute()
  const browser = await launchChromium()
  const context = await browser.newContext({ locale: 'en' })
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', (request) => request.url().startsWith(url) && asked.push(request.url()))
  await page.goto(shop.origin)
  const button = page.getByRole('button', { name: 'Open the chat' })
  await button.waitFor()
  expect(await kilobytes(asked)).toBeLessThanOrEqual(6)
  await button.click()
  await page.frameLocator('iframe').locator('[name=question]').waitFor()
  await page.waitForLoadState('networkidle')
  expect(asked.some((one) => one.endsWith('/lib/socket.io.js'))).toBe(true)
  expect(await kilobytes(asked)).toBeLessThanOrEqual(45)
  await context.close()
  shop.close()
})

/** Bodies as they travel with gzip. */
async function kilobytes(urls: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    urls.map(async (one) => {
      const answer = await fetch(one, { headers: { 'accept-encoding': 'gzip' } })
      const body = Buffer.from(await answer.arrayBuffer())
      return answer.headers.get('content-encoding') === 'gzip' ? gzipSync(body).length : body.length
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0) / 1000
}

async function openShop(headers: Record<string, string> = {}) {
  const page = `<!doctype html><title>Shop</title><p>Shop</p><script src="${url}/widget.js" async></script>`
  const fetch = () => new Response(page, { headers: { 'content-type': 'text/html', ...headers } })
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

test('a question that is too long is not cut: the page says by how much, keeps all of it, and sends it once it fits', async () => {
  const { page, context, faults } = await open('/')
  const area = page.locator('[name=question]')
  await area.focus()
  await page.keyboard.insertText(`${'🙂'.repeat(4000)}12345`)
  await page.getByText('Too long by 5: shorten it').waitFor()
  expect(Array.from(await area.inputValue())).toHaveLength(4005)
  for (let n = 0; n < 5; n++) await page.keyboard.press('Backspace')
  await expect.poll(() => page.getByText('Too long by').count()).toBe(0)
  expect(await area.evaluate((one) => (one as unknown as { validity: { valid: boolean } }).validity.valid)).toBe(true)
  expect(faults).toEqual([])
  await context.close()
})
