import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { openChatSockets } from '../../server/chat/sockets.ts'
import { takeTicket } from '../../server/desk/offers/actions.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { describeTicket } from '../../server/tickets/actions.ts'
import { resolveTicket } from '../../server/tickets/endings/actions.ts'
import { mark, postMessage } from '../../server/tickets/messages/actions.ts'
import { launchChromium } from './chromium.ts'
import type { testDatabase } from './database.ts'
import { openLine } from './line.ts'
import { as, hire, see, topic } from './people.ts'
import { freePort } from './program.ts'
import { openHouse, type QuietHouse } from './server.ts'

/** The pages of customers in real browsers, over a line that can be cut, and whoever answers them. The clock is the world's. */
export function customerPages(database: ReturnType<typeof testDatabase>) {
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
          postMessage(tx, {
            ticketId,
            by: { kind: 'staff', staffId: who, epoch },
            clientId: crypto.randomUUID(),
            body,
          }),
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
  return {
    get house() {
      return house
    },
    get line() {
      return line
    },
    get url() {
      return url
    },
    get mei() {
      return mei
    },
    open,
    askIn,
    write,
    bubbles,
    shows,
    arrived,
    agent,
  }
}
