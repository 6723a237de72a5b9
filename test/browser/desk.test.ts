import { hash } from '@node-rs/argon2'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Post } from '../../server/kernel/capabilities.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { storeSetting } from '../../server/settings/queries.ts'
import { listMessages, listNotes } from '../../server/tickets/messages/queries.ts'
import { findOpenAssignment, getTicket } from '../../server/tickets/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { type Asked, ack, aQuestion, call, newVisitor, next, openLine } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { openBrowser, openPage, violations, widthBeyond } from '../support/pages.ts'
import { hire, roster, TONIGHT, topic } from '../support/people.ts'
import { type House, startServer } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
const PASSWORD = 'night after night'
let passwordHash: string
let house: House

beforeAll(async () => {
  house = await startServer(database, clock)
  passwordHash = await hash(PASSWORD, { memoryCost: 4096, timeCost: 1 })
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  await database.db
    .insertInto('customer_terms')
    .values({ version: 1, body: JSON.stringify({ 'zh-CN': '条款', en: 'Terms' }), published_at: clock.now() })
    .execute()
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

type Look = Parameters<typeof openBrowser>[1]
/** Somebody with a shift tonight, at a browser of their own, signed in. */
async function person(name: string, { post = 'service' as Post, look = {} as Look } = {}) {
  const staffId = await hire(database.db, name, { passwordHash, rank: post === 'manager' ? 'supervisor' : 'staff' })
  await roster(database.db, staffId, post, TONIGHT)
  const context = await openBrowser(house.url, look)
  const page = await openPage(context)
  const { login } = await database.db
    .selectFrom('staff')
    .select('login')
    .where('id', '=', staffId)
    .executeTakeFirstOrThrow()
  await page.goto(`${house.url}/sign-in?next=/desk`)
  await page.fill('#login', login)
  await page.fill('#password', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/desk')
  return { staffId, context, page }
}
const goOnPost = async ({ page, staffId }: { page: Page; staffId: StaffId }): Promise<void> => {
  await page.click('[data-unlock-sound]')
  await page.waitForSelector('[data-here="yes"]')
  // The line is up: from now on this person is seen, and offered what comes.
  const seen = () => database.db.selectFrom('presence').select('process').where('staff_id', '=', staffId).execute()
  await expect.poll(seen).not.toEqual([])
}
async function agent(name = '林玫', look: Look = {}) {
  const one = await person(name, { look })
  await goOnPost(one)
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
  const post = (path: string, more: object) => call(house.url, 'POST', `/tickets/${id}/${path}`, { token, body: more })
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

test('by keyboard alone an agent takes an offer that rings, answers, notes and resolves, and takes it back', async () => {
  const { page } = await agent()
  await listen(page)
  expect(await page.locator('.desk-idle h2.voice').textContent()).toBe('没有人在等。')
  const suQing = await customer()
  await page.waitForSelector('.offer')
  expect(await page.locator('.offer h2').textContent()).toContain('苏*')
  await expect.poll(() => page.evaluate('rings')).toEqual(['offer heard'])
  await expect.poll(() => page.title()).toMatch(/^\(1\) /)
  const ring = page.locator('.ring [data-left]')
  const began = Number(await ring.textContent())
  await expect.poll(async () => Number(await ring.textContent()), { timeout: 4000 }).toBeLessThan(began)

  await page.keyboard.press('Enter')
  await page.waitForURL(`**/desk/${suQing.id}`)
  await page.waitForSelector('.reply-form')
  expect(await page.locator('.offer').count()).toBe(0)
  await page.keyboard.press('r')
  await page.keyboard.type('您好，我是林玫。')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => bubbles(page)).toEqual(['家里宽带断了，光猫红灯', '您好，我是林玫。'])
  expect(await saidOf(suQing.id)).toEqual(['您好，我是林玫。'])
  expect(await page.locator('[data-mark]').last().getAttribute('data-mark')).toBe('sent')
  await suQing.reads(4)
  await expect.poll(() => page.locator('[data-mark]').last().getAttribute('data-mark')).toBe('read')

  await page.keyboard.press('Escape')
  await page.keyboard.press('n')
  await page.keyboard.type('光衰正常')
  await page.keyboard.press('Control+Enter')
  await page.waitForSelector('.note-body')
  expect((await listNotes(database.db, suQing.id)).map(({ body }) => body)).toEqual(['光衰正常'])
  expect(await saidOf(suQing.id)).toEqual(['您好，我是林玫。'])

  await page.locator('#main').click({ position: { x: 600, y: 300 } })
  await page.keyboard.press('e')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Tab')
  await page.keyboard.type('恢复宽带')
  await page.locator('#act-resolve [data-kind="key"]').press('Enter')
  await page.waitForSelector('#act-resolve .error')
  expect(await page.locator('#act-resolve .error').textContent()).toBe('解决前还差一步：结果是什么？')
  await page.keyboard.type('交换机换了电源')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.toast')
  expect((await getTicket(database.db, suQing.id)).state).toBe('resolved')
  await page.locator('.toast button').press('Enter')
  await page.waitForSelector('.reply-form')
  expect((await getTicket(database.db, suQing.id)).state).toBe('open')
  expect(page.wrongs).toEqual([])
})

test('while the customer types the agent sees it, and the customer sees the agent type', async () => {
  const { page } = await agent()
  const suQing = await customer()
  await takes(page)
  const line = suQing.line()
  await new Promise((resolve) => line.once('connect', () => resolve(null)))
  await ack(line, 'typing', { ticketId: suQing.id, on: true })
  await page.waitForSelector('.typing:not([hidden])')
  const typing = next<{ on: boolean; name: string }>(line, 'typing')
  await page.fill('.reply-form textarea', '我')
  expect(await typing).toMatchObject({ by: 'staff', on: true, name: '林玫' })
  await suQing.writes('在吗')
  await expect.poll(() => page.locator('.typing:not([hidden])').count()).toBe(0)
  line.disconnect()
})

test('a word that came since one began is shown before one’s own is sent; the second press sends it', async () => {
  const { page } = await agent()
  const suQing = await customer()
  await takes(page)
  await page.fill('.reply-form textarea', '马上恢复')
  await suQing.writes('等等，又亮了')
  await expect.poll(() => bubbles(page)).toContain('等等，又亮了')
  await page.keyboard.press('Control+Enter')
  await page.waitForSelector('.held:not([hidden])')
  expect(await page.inputValue('.reply-form textarea')).toBe('马上恢复')
  expect(await saidOf(suQing.id)).toEqual([])
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => saidOf(suQing.id)).toEqual(['马上恢复'])
})

test('a slash opens the canned replies, what follows filters them, and Enter puts the words in', async () => {
  const { page } = await agent()
  await customer({ name: 'Chen Wei', language: 'en' })
  await takes(page)
  await page.keyboard.press('/')
  await page.waitForSelector('.canned:not([hidden])')
  expect(await page.locator('.canned [role="option"]:not([hidden])').count()).toBe(2)
  await page.keyboard.press('ArrowDown')
  expect(await page.locator('.canned [aria-selected="true"] kbd').textContent()).toBe('/wait')
  await page.keyboard.type('问')
  expect(await page.locator('.canned [role="option"]:not([hidden])').count()).toBe(1)
  await page.keyboard.press('Enter')
  expect(await page.inputValue('.reply-form textarea')).toBe('Hello Chen Wei, 林玫 here.')
  expect(await page.locator('.canned:not([hidden])').count()).toBe(0)
})

test('a conversation goes to a colleague on post with everything said, and comes back while they have not written', async () => {
  const mei = await agent()
  const suQing = await customer()
  await takes(mei.page)
  await mei.page.fill('.reply-form textarea', '我先看看')
  await mei.page.keyboard.press('Control+Enter')
  await expect.poll(() => saidOf(suQing.id)).toEqual(['我先看看'])
  const zhou = await agent('陈舟')
  await mei.page.goto(`${house.url}/desk/${suQing.id}`)
  await mei.page.click('#act-transfer summary')
  await mei.page.click('#act-transfer .check:has-text("陈舟")')
  await mei.page.click('#act-transfer [data-kind="key"]')
  await mei.page.waitForSelector('.toast')
  await zhou.page.waitForSelector('.row[data-tone="lamp"], .row:has-text("苏晴")')
  expect(await holderOf(suQing.id)).toBe(zhou.staffId)
  await zhou.page.keyboard.press('j')
  await zhou.page.keyboard.press('Enter')
  await zhou.page.waitForURL(`**/desk/${suQing.id}`)
  await expect.poll(() => bubbles(zhou.page)).toEqual(['家里宽带断了，光猫红灯', '我先看看'])
  await mei.page.click('.toast button')
  await mei.page.waitForSelector('.reply-form')
  expect(await holderOf(suQing.id)).toBe(mei.staffId)
  await zhou.page.waitForSelector('.locked')
})

test('in two tabs there is one offer and one conversation: what is done in one is shown in the other', async () => {
  const { page, context } = await agent()
  const other = await openPage(context)
  await other.goto(`${house.url}/desk`)
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
  await other.goto(`${house.url}/desk`)
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
  const port = Number(new URL(house.url).port)
  await house.close()
  await page.fill('.reply-form textarea', '写在断线的时候')
  await page.keyboard.press('Control+Enter')
  await page.waitForSelector('.msg[data-unsent]')
  expect(await page.locator('.msg[data-unsent] .after').textContent()).toContain('没发出去，联网后自动补发一次')
  await page.waitForSelector('#line-state:not([hidden])')
  await page.fill('.reply-form textarea', '还没写完')
  house = await startServer(database, clock, port)
  await expect.poll(() => saidOf(suQing.id), { timeout: 15_000 }).toEqual(['写在断线的时候'])
  await expect.poll(() => page.locator('.msg[data-unsent]').count()).toBe(0)
  await expect.poll(() => bubbles(page)).toEqual(['家里宽带断了，光猫红灯', '写在断线的时候'])
  expect(await page.locator('#line-state').isHidden()).toBe(true)
  await page.reload()
  expect(await page.inputValue('.reply-form textarea')).toBe('还没写完')
  expect(await saidOf(suQing.id)).toEqual(['写在断线的时候'])
})

/** What is asked of an image element. */
type Picture = { naturalWidth: number; naturalHeight: number; width: number; height: number; alt: string }
test('a picture from the customer shows itself at the desk, and a manual from the agent goes out once', async () => {
  const { page } = await agent()
  const suQing = await customer()
  await takes(page)
  const png = await sharp({ create: { width: 480, height: 640, channels: 3, background: '#c22' } })
    .png()
    .toBuffer()
  await suQing.sends(png, '光猫.png')
  const picture = page.locator('.desk-log a.file img')
  await expect
    .poll(() => picture.evaluate((one) => (one as unknown as Picture).naturalHeight), { timeout: 15_000 })
    .toBe(640)
  expect(
    await picture.evaluate((one) => {
      const { alt, width, height } = one as unknown as Picture
      return [alt, width, height]
    }),
  ).toEqual(['光猫.png', 225, 300])
  await page.setInputFiles('[data-attach]', {
    name: '说明.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.7 灯'),
  })
  await expect.poll(() => saidOf(suQing.id)).toEqual(['说明.pdf'])
  await page.locator('.desk-log .msg:not([data-unsent]) a.file', { hasText: '说明.pdf' }).waitFor()
  await page.setInputFiles('[data-attach]', {
    name: 'a.exe',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('MZ\0'),
  })
  await page.getByText('不支持这种文件').waitFor()
  await page.reload()
  await expect
    .poll(() => page.locator('.desk-log a.file').allTextContents())
    .toEqual(['', expect.stringContaining('说明.pdf')])
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

test('who loses a conversation while writing is told, may not send, and can copy what they wrote', async () => {
  const mei = await agent()
  const suQing = await customer()
  await takes(mei.page)
  const boss = await person('周启明', { post: 'manager' })
  await goOnPost(boss)
  await mei.page.fill('.reply-form textarea', '写了一半的话')
  await boss.page.goto(`${house.url}/desk/${suQing.id}`)
  await boss.page.click('.locked button:has-text("接管")')
  // Held back once, because she is in the middle of a sentence.
  await boss.page.getByText('再按一次仍会接管').first().waitFor()
  await boss.page.click('.locked button:has-text("接管")')
  await boss.page.waitForSelector('.reply-form')
  await mei.page.waitForSelector('.locked')
  expect(await mei.page.locator('.locked').textContent()).toContain('周启明在处理')
  expect(await mei.page.inputValue('.kept textarea')).toBe('写了一半的话')
  expect(await mei.page.locator('.kept textarea').getAttribute('readonly')).toBe('')
  await mei.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await mei.page.click('[data-copy-kept]')
  expect(await mei.page.evaluate('navigator.clipboard.readText()')).toBe('写了一半的话')
  expect(await saidOf(suQing.id)).toEqual([])
})

test('when the post is over the page says so, and what was written stays', async () => {
  const { page, staffId } = await agent()
  const suQing = await customer()
  await takes(page)
  await page.fill('.reply-form textarea', '还有一句')
  await page.locator('.reply-form textarea').blur()
  await database.db
    .updateTable('attendances')
    .set({ checked_out_at: clock.now() })
    .where('staff_id', '=', staffId)
    .execute()
  await database.db
    .updateTable('assignments')
    .set({ ended_at: clock.now(), end_reason: 'returned' })
    .where('ticket_id', '=', suQing.id)
    .execute()
  await page.waitForSelector('.locked', { timeout: 10_000 })
  expect(await page.inputValue('.kept textarea')).toBe('还有一句')
})

test('every key of the list does what it says, and single keys can be switched off', async () => {
  const { page } = await agent()
  const first = await customer({ name: '白露' })
  await takes(page)
  const second = await customer({ name: '郑浩' })
  await page.waitForSelector('.offer')
  await page.keyboard.press('p')
  await expect.poll(() => page.locator('.offer').count()).toBe(0)
  await page.keyboard.press('j')
  await expect.poll(() => page.evaluate('document.activeElement.getAttribute("href")')).toBe(`/desk/${second.id}`)
  await page.keyboard.press('k')
  expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe(`/desk/${first.id}`)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/desk/${second.id}`)
  await page.waitForSelector('.locked')
  expect(await page.locator('.locked').textContent()).toContain('在排队')
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await page.waitForSelector(`#talk-${first.id}`)
  const focused = () => page.evaluate<string>('document.activeElement.id')
  await page.keyboard.press('n')
  expect(await focused()).toBe(`note-of-${first.id}`)
  await page.keyboard.press('Escape')
  await page.keyboard.press('r')
  expect(await focused()).toBe(`reply-${first.id}`)
  await page.keyboard.press('Escape')
  await page.keyboard.press('t')
  expect(await page.locator('#act-transfer').getAttribute('open')).toBe('')
  await page.keyboard.press('Escape')
  expect(await page.locator('details.act[open]').count()).toBe(0)
  await page.keyboard.press('e')
  expect(await focused()).toBe(`category-${first.id}`)
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.waitForSelector('dialog[open]')
  await page.click('#single-keys')
  await page.keyboard.press('Escape')
  await page.keyboard.press('r')
  expect(await focused()).not.toBe(`reply-${first.id}`)
})

test('while live words may be missing the page says so and asks by itself', async () => {
  const { page } = await agent()
  const suQing = await customer()
  await takes(page)
  const { live } = house.deps
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
  await page.goto(`${house.url}/desk/${suQing.id}`)
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
  await page.goto(`${house.url}/desk`)
  await goOnPost({ page, staffId })
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

test('whose session ends is led to sign in, and back', async () => {
  const { page, staffId } = await agent()
  await database.db.updateTable('sessions').set({ ended_at: clock.now() }).where('staff_id', '=', staffId).execute()
  await page.waitForURL('**/sign-in?next=%2Fdesk', { timeout: 15_000 })
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
  await goOnPost(manager)
  await page.goto(`${house.url}/board`)
  await listen(page)
  await page.mouse.click(700, 700)
  const suQing = await customer()
  await call(house.url, 'POST', `/tickets/${suQing.id}/complaint`, { token: suQing.token, body: {} })
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
  const plain = await openBrowser(house.url, {}, { javaScriptEnabled: false })
  await plain.addCookies(cookies)
  const page = await openPage(plain)
  await page.goto(`${house.url}/desk`)
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
    await goOnPost(one)
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
