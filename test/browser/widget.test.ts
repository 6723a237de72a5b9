import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { customerPages } from '../support/customer-pages.ts'
import { testDatabase } from '../support/database.ts'
import { openSite, shopPage } from '../support/shop.ts'

const database = testDatabase()
const here = customerPages(database)
const { agent } = here

test('a foreign page gets the chat in a frame by one script tag; a page that is not allowed does not', async () => {
  const { shop, context, page } = await shopWithChat()
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
  const ticket = await here.house.deps.db
    .selectFrom('tickets')
    .select(['channel', 'came_from'])
    .executeTakeFirstOrThrow()
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
  const { shop, context, page, asked } = await shopWithChat()
  await page.getByRole('button', { name: 'somebody is on post' }).getByText('Ask us').waitFor()
  expect(await page.locator('.lit').count()).toBe(1)
  expect(asked).toEqual([`${here.url}/widget.js`])
  await database.db.updateTable('attendances').set({ checked_out_at: new Date() }).execute()
  const dark = () => page.reload().then(() => page.locator('.lit').count())
  await expect.poll(dark, { timeout: 15_000 }).toBe(0)
  await page.getByRole('button', { name: 'nobody is on post now' }).getByText('Leave a question').waitFor()
  await context.close()
  shop.close()
})

test('the lamp follows who is on post also on a page whose policy lets no request out, and is dark where the house is gone', async () => {
  const shop = await openShop({
    'content-security-policy': `default-src 'none'; script-src ${here.url}; frame-src ${here.url}`,
  })
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
  here.line.cut()
  await expect.poll(() => minute().then(() => page.locator('.lit').count()), { interval: 500 }).toBe(0)
  // A question on its way is a script until it is answered.
  await expect.poll(() => page.locator('script').count()).toBe(1)
  await context.close()
  shop.close()
})

test('an opened widget weighs at most 45 kB on the wire, an unopened one at most 6', async () => {
  const { shop, context, page, asked } = await shopWithChat()
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

/** A page of a shop that may have the chat, and what it asks of the house. */
async function shopWithChat() {
  const shop = await openShop()
  await database.db.insertInto('allowed_sites').values({ origin: shop.origin, added_at: new Date() }).execute()
  const context = await (await launchChromium()).newContext({ locale: 'en' })
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', (request) => request.url().startsWith(here.url) && asked.push(request.url()))
  await page.goto(shop.origin)
  return { shop, context, page, asked }
}

const openShop = (headers: Record<string, string> = {}) => openSite(shopPage(here.url), headers)
