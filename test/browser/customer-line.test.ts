import { expect, test } from 'vitest'
import { customerPages } from '../support/customer-pages.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const here = customerPages(database)
const { open, askIn, write, bubbles, shows, arrived, agent } = here

test('a page left open while the server is gone and both sides write shows everything afterwards, once, in order, drafts kept', async () => {
  const { page, context } = await open('/')
  await askIn(page, 'first')
  const mine = await agent()
  await mine.say('second')
  await shows(page, ['first', 'second'])
  here.line.cut()
  await page.getByText('The line is down').waitFor()
  await write(page, 'written without a line')
  await page.getByText('Not sent yet').first().waitFor()
  await page.fill('[data-say] textarea', 'a draft')
  await mine.say('third')
  await mine.say('fourth')
  here.line.mend()
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
  here.line.cut()
  await page.getByText('The line is down').waitFor()
  await write(page, 'kept in this browser')
  await page.getByText('Not sent yet').first().waitFor()
  await page.close()
  here.line.mend()
  const again = await context.newPage()
  await again.goto(here.url)
  await shows(again, ['first', 'kept in this browser'])
  await expect
    .poll(
      async () =>
        (
          await here.house.deps.db
            .selectFrom('messages')
            .select('id')
            .where('body', '=', 'kept in this browser')
            .execute()
        ).length,
    )
    .toBe(1)
  await context.close()
})

test('where no live line comes through the chat asks by HTTP, says so, and shows everything: place, words, marks, state and rating', async () => {
  here.line.refuseSockets()
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
    here.house.deps.db.selectFrom('marks').select('read_seq').where('reader', '=', 'customer').executeTakeFirst()
  await expect.poll(marks, { timeout: 15_000 }).toEqual({ read_seq: 5 })
  await mine.resolve()
  await page.getByText('How did it go?').waitFor()
  await page.locator('[data-rate] [name=service][value="4"]').check({ force: true })
  await page.getByRole('button', { name: 'Send rating' }).click()
  await page.getByText('Your rating has arrived').waitFor()
  here.line.mend()
  await page.getByText('Live messages do not get through here').waitFor({ state: 'hidden', timeout: 20_000 })
  expect(faults).toEqual([])
  await context.close()
})

test('two pages of one browser never write over what the other has not sent yet, and it goes out once', async () => {
  const { page, context } = await open('/')
  await askIn(page, 'first')
  await shows(page, ['first'])
  const second = await context.newPage()
  await second.goto(here.url)
  await shows(second, ['first'])
  here.line.cut()
  for (const one of [page, second]) await one.getByText('The line is down').waitFor()
  await write(page, 'from the first page')
  await write(second, 'from the second page')
  await write(page, 'once more from the first')
  for (const one of [page, second]) await one.getByText('Not sent yet').first().waitFor()
  await page.close()
  here.line.mend()
  const all = ['first', 'from the first page', 'from the second page', 'once more from the first']
  await expect.poll(async () => (await bubbles(second)).sort(), { timeout: 20_000 }).toEqual([...all].sort())
  const stored = async () => {
    const own = here.house.deps.db.selectFrom('messages').select('body').where('author', '=', 'customer')
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
  here.line.cut()
  await page.getByText('The line is down').waitFor()
  await write(page, 'written too late')
  await page.fill('[data-say] textarea', 'and a draft')
  await page.getByText('Not sent yet').first().waitFor()
  await here.house.deps.db
    .updateTable('visitors')
    .set({ expires_at: new Date(0) })
    .execute()
  here.line.mend()
  await page.getByText('This browser was last here a long time ago').waitFor()
  expect(await page.inputValue('[name=question]')).toBe('written too late\nand a draft')
  await page.click('[data-ask] button[data-kind=key]')
  await shows(page, ['written too late\nand a draft'])
  await context.close()
})

test('a line that the house refuses for a while is tried again until it opens', async () => {
  const { page, context } = await open('/')
  let refused = true
  here.house.deps.live.io.of('/chat').use((_socket, next) => (refused ? next(new Error('busy')) : next()))
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
  await expect.poll(() => here.house.deps.live.io.of('/chat').sockets.size).toBe(1)
  await page.waitForLoadState('networkidle')
  let asked = 0
  page.on('request', (request) => {
    if (/\/api\/v1\/tickets\/\d+$/.test(request.url())) asked++
  })
  const changed = () => here.house.deps.live.io.of('/chat').emit('changed', {})
  for (let n = 0; n < 30; n++) changed()
  for (const times of [1, 2, 3, 4]) {
    await expect.poll(() => asked, { timeout: 15_000 }).toBe(times)
    if (times < 4) changed()
  }
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
