import sharp from 'sharp'
import { expect, test } from 'vitest'
import { listNotes } from '../../server/tickets/messages/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { ack, next } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { deskPages } from '../support/desk-pages.ts'

const database = testDatabase()
const clock = handSetClock()
const desk = deskPages(database, clock)
const { person, stand, agent, customer, takes, saidOf, bubbles, listen, holderOf } = desk

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
  await mei.page.goto(`${desk.house.url}/desk/${suQing.id}`)
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

test('who loses a conversation while writing is told, may not send, and can copy what they wrote', async () => {
  const mei = await agent()
  const suQing = await customer()
  await takes(mei.page)
  const boss = await person('周启明', { post: 'manager' })
  await stand(boss)
  await mei.page.fill('.reply-form textarea', '写了一半的话')
  await boss.page.goto(`${desk.house.url}/desk/${suQing.id}`)
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
  await page.waitForSelector(`.desk-list a[href="/desk/${second.id}"]`)
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
