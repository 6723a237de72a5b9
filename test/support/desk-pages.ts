import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Post } from '../../server/kernel/capabilities.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { findOpenAssignment } from '../../server/tickets/assignments/queries.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import type { HandSetClock } from './clock.ts'
import { TWO_FOURTEEN } from './clock.ts'
import { type Asked, aQuestion, call, newVisitor, openLine } from './customer.ts'
import type { testDatabase } from './database.ts'
import { openBrowser, openPage } from './pages.ts'
import { hire, publishTerms, roster, TONIGHT, topic } from './people.ts'
import { type House, startServer } from './server.ts'
import { goOnPost, passwordHash, signIn } from './sign-in.ts'

type Look = Parameters<typeof openBrowser>[1]

/** The desk in real browsers: its house, colleagues at pages of their own, and customers with nothing but the protocol. */
export function deskPages(database: ReturnType<typeof testDatabase>, clock: HandSetClock) {
  let house: House

  beforeAll(async () => {
    house = await startServer(database, clock)
  })
  afterAll(() => house.close())
  beforeEach(async () => {
    clock.set(TWO_FOURTEEN)
    await publishTerms(database.db, clock.now())
    await topic(database.db, '断网')
    await database.db
      .insertInto('canned_replies')
      .values([
        {
          shortcut: 'hello',
          title: JSON.stringify({ 'zh-CN': '问候', en: 'Greeting' }),
          body: JSON.stringify({
            'zh-CN': '{{customer}}您好，我是{{agent}}。',
            en: 'Hello {{customer}}, {{agent}} here.',
          }),
        },
        {
          shortcut: 'wait',
          title: JSON.stringify({ 'zh-CN': '请稍等', en: 'One moment' }),
          body: JSON.stringify({ 'zh-CN': '我查到就告诉您。', en: 'I will tell you as soon as I know.' }),
        },
      ])
      .execute()
  })

  /** Somebody with a shift tonight, at a browser of their own, signed in. */
  async function person(name: string, { post = 'service' as Post, look = {} as Look } = {}) {
    const staffId = await hire(database.db, name, {
      passwordHash: await passwordHash(),
      rank: post === 'manager' ? 'supervisor' : 'staff',
    })
    await roster(database.db, staffId, post, TONIGHT)
    const context = await openBrowser(house.url, look)
    const page = await openPage(context)
    await signIn(page, house, staffId, '/desk')
    return { staffId, context, page }
  }
  const stand = async ({ page, staffId }: { page: Page; staffId: StaffId }): Promise<void> => {
    await goOnPost(page, house, staffId)
    await page.waitForSelector('[data-here="yes"]')
  }
  async function agent(name = '林玫', look: Look = {}) {
    const one = await person(name, { look })
    await stand(one)
    return one
  }

  /** A customer with nothing but the protocol. */
  async function customer(words: Partial<Record<string, unknown>> = {}) {
    const token = await newVisitor(house.url)
    const { body } = await call<Asked>(house.url, 'POST', '/tickets', {
      token,
      body: aQuestion({ name: '苏晴', question: '家里宽带断了，光猫红灯', language: 'zh-CN', ...words }),
    })
    const { id } = body.ticket
    const post = (path: string, more: object) =>
      call(house.url, 'POST', `/tickets/${id}/${path}`, { token, body: more })
    return {
      id: id as TicketId,
      token,
      writes: (text: string) => post('messages', { clientId: crypto.randomUUID(), body: text }),
      sends: (bytes: Uint8Array<ArrayBuffer>, name: string) => {
        const form = new FormData()
        form.set('clientId', crypto.randomUUID())
        form.set('file', new File([bytes], name))
        return fetch(`${house.url}/api/v1/tickets/${id}/files`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: form,
        })
      },
      reads: (read: number) => post('marks', { read }),
      line: () => openLine(house.url, { token }),
    }
  }
  const takes = async (page: Page): Promise<void> => {
    await page.click('[data-take]')
    await page.waitForSelector('.reply-form')
  }
  const saidOf = async (id: TicketId) =>
    (await listMessages(database.db, id, 0)).filter(({ author }) => author === 'staff').map(({ body }) => body)
  const bubbles = (page: Page) => page.locator('.desk-log .bubble').allTextContents()
  /** From now on the page keeps what rings on it, and how. */
  const listen = (page: Page) =>
    page.evaluate(
      `globalThis.rings = []; document.addEventListener('ring', ({ detail }) => rings.push(detail.kind + ' ' + detail.how))`,
    )
  const holderOf = async (id: TicketId): Promise<StaffId | undefined> =>
    (await findOpenAssignment(database.db, id))?.staffId
  return {
    get house() {
      return house
    },
    /** The server is gone; what this gives back brings it back where it was. */
    goesAway: async () => {
      const port = Number(new URL(house.url).port)
      await house.close()
      return async (): Promise<void> => {
        house = await startServer(database, clock, port)
      }
    },
    person,
    stand,
    agent,
    customer,
    takes,
    saidOf,
    bubbles,
    listen,
    holderOf,
  }
}
