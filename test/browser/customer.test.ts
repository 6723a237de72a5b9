import fs from 'node:fs'
import { createRequire } from 'node:module'
import { sql } from 'kysely'
import type { Locator } from 'playwright-core'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { sendFile } from '../../server/tickets/files/actions.ts'
import { postMessage } from '../../server/tickets/messages/actions.ts'
import { customerPages } from '../support/customer-pages.ts'
import { testDatabase } from '../support/database.ts'
import { as } from '../support/people.ts'

const database = testDatabase()
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const here = customerPages(database)
const { open, askIn, write, shows, arrived, agent } = here

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
  // With the reasons open the form scrolls; what sends it, and the box to write in, stay within the card.
  await page.getByText('Say why').click()
  const bottom = async (what: Locator) => {
    const box = await what.boundingBox()
    return Math.round((box?.y ?? 0) + (box?.height ?? 0))
  }
  const [send, sending, card] = await Promise.all([
    bottom(page.getByRole('button', { name: 'Send rating' })),
    bottom(page.getByRole('button', { name: 'Send', exact: true })),
    bottom(page.locator('[data-chat]')),
  ])
  expect(await bottom(page.locator('[data-rate]'))).toBeGreaterThanOrEqual(send)
  expect(card).toBeGreaterThan(sending)
  expect(sending).toBeGreaterThan(send)
  await page.getByRole('button', { name: 'Send rating' }).click()
  await page.getByText('Your rating has arrived').waitFor()
  const rating = await here.house.deps.db
    .selectFrom('ratings')
    .select(['service', 'product', 'state'])
    .executeTakeFirstOrThrow()
  expect(rating).toEqual({ service: 5, product: 2, state: 'given' })
  expect(faults).toEqual([])
  await context.close()
})

test('a help page that stands open says who is on post as it is now, and what was written stays', async () => {
  const { page, context, faults } = await open('/')
  await page.locator('.hello').getByText('1 person on post').waitFor()
  await page.locator('[name=question]').fill('No line')
  await database.db.updateTable('attendances').set({ checked_out_at: new Date() }).execute()
  const comeBack = () => page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
  await expect
    .poll(() => comeBack().then(() => page.locator('.hello').textContent()), { interval: 500 })
    .not.toContain('1 person on post')
  expect(await page.locator('[name=question]').inputValue()).toBe('No line')
  expect(faults).toEqual([])
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
  here.line.cut()
  await page.getByText('The line is down').waitFor()
  await page.setInputFiles('[data-say] input[type=file]', [
    { name: 'red lamp.png', mimeType: 'image/png', buffer: png },
    { name: 'trace.log', mimeType: 'text/plain', buffer: Buffer.from('lost\n'.repeat(400)) },
  ])
  await page.getByText('Not sent yet').first().waitFor()
  await page.goto('about:blank')
  here.line.mend()
  await page.goto(`${here.url}/`)
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

  const { db, files, transact, clock } = here.house.deps
  const by = { kind: 'staff', staffId: here.mei, epoch: mine.epoch } as const
  await sendFile({
    ...{ db, files, now: clock.now(), ticketId: mine.ticketId, author: `staff:${here.mei}` },
    sent: { clientId: crypto.randomUUID(), name: 'manual.pdf', bytes: Buffer.from('%PDF-1.7 what the lamps mean') },
    post: (word) => transact(as(here.mei), (tx) => postMessage(tx, { ticketId: mine.ticketId, by, ...word })),
  })
  const coming = page.waitForEvent('download')
  await page.locator('a.file', { hasText: 'manual.pdf' }).click()
  const download = await coming
  expect(download.suggestedFilename()).toBe('manual.pdf')
  expect(fs.readFileSync(await download.path(), 'utf8')).toBe('%PDF-1.7 what the lamps mean')
  expect(faults).toEqual([])
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
  here.line.cut()
  await page.fill('[name=contact]', '13800138000')
  await page.click('[data-ask] button[data-kind=key]')
  await page.getByText('try again once you are back online').waitFor()
  expect(await page.inputValue('[name=question]')).toBe('The line is down')
  here.line.mend()
  await page.click('[data-ask] button[data-kind=key]')
  await shows(page, ['The line is down'])
  await here.house.deps.db.updateTable('tickets').set({ state: 'closed' }).execute()
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
  const { language } = await here.house.deps.db.selectFrom('visitors').select('language').executeTakeFirstOrThrow()
  expect(language).toBe('zh-CN')
  await context.close()
})

test('without a script the field for a file speaks the words of the page, and nothing is sent before one is chosen', async () => {
  const { page, context, faults } = await open('/', { script: false, width: 390, theme: 'light' })
  await askIn(page)
  const field = page.locator('.file-choice')
  const send = page.getByRole('button', { name: 'Send file' })
  expect(await field.getByText('Attach a picture, PDF or text').isVisible()).toBe(true)
  expect(await send.isVisible()).toBe(false)
  await page.setInputFiles('#file', { name: 'router.txt', mimeType: 'text/plain', buffer: Buffer.from('red') })
  expect(await field.getByText('One file chosen').isVisible()).toBe(true)
  await send.click()
  await page.getByText('router.txt').waitFor()
  // Drawn by the house or by the script, a day is written the same way.
  const day = await page.locator('.talk .said').first().textContent()
  const live = await open(new URL(page.url()).pathname)
  await live.page.locator('.msg .after svg').first().waitFor()
  expect(await live.page.locator('.talk .said').first().textContent()).toBe(day)
  await live.context.close()
  expect([...faults, ...live.faults]).toEqual([])
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
    await page.goto(`${here.url}/widget`)
    await look('widget')
    await page.goto(`${here.url}/requests`)
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
