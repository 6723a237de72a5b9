import nodemailer from 'nodemailer'
import sharp from 'sharp'
import type { SMTPServerDataStream } from 'smtp-server'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { openMailReader } from '../../server/chat/mail/reader.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { forgetSettings, storeSetting } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { type Dovecot, hasDovecot, startDovecot } from '../support/dovecot.ts'
import { testServer } from '../support/house.ts'
import { letterHouse } from '../support/letters.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { openBrowser, openBrowserOf, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { hire, publishTerms, putOnPost, see } from '../support/people.ts'
import { openSite, shopPage } from '../support/shop.ts'

if (!hasDovecot) console.warn('SKIPPED: the circle through a mailbox, because dovecot-imapd is not installed.')

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
let mei: StaffId
const { tick, sendAll } = letterHouse(() => house, clock)

beforeEach(async () => {
  clock.set('2026-11-24T02:12:00+08:00')
  const { db } = database
  await publishTerms(db, clock.now())
  await storeSetting(db, { key: 'mailAnswers', value: 'desk@company.example', by: null, at: clock.now() })
  forgetSettings()
  mei = await hire(db, '林玫')
  await putOnPost(db, mei)
  await see(db, mei, clock.now())
})

/** A modem in the dark, its third lamp red. */
const MODEM = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="420"><rect width="640" height="420" fill="#2b2622"/>
<rect x="90" y="130" width="460" height="170" rx="22" fill="#d9d4cc"/><g fill="#3fae5a"><circle cx="170" cy="215" r="11"/>
<circle cx="250" cy="215" r="11"/><circle cx="410" cy="215" r="11"/></g><circle cx="330" cy="215" r="16" fill="#e5382c"/></svg>`
const CUSTOMER = 'su@example.com'
const COMPANY = /^desk(\+.*)?@company\.example$/

/** The mail server of both sides: what is for the company lies in its mailbox, what is for the customer in hers. */
async function post(box: Dovecot) {
  const hers: string[] = []
  const { url } = await mailServer({
    onData: (stream: SMTPServerDataStream, session, done) => {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', async () => {
        const raw = Buffer.concat(pieces)
        for (const { address } of session.envelope.rcptTo)
          if (COMPANY.test(address)) await box.lay(raw)
          else if (address === CUSTOMER) hers.push(String(raw))
        done()
      })
    },
  })
  return { url, hers }
}

/** The agent at the desk, with a living page. */
async function agent() {
  const context = await openBrowserOf(house, mei)
  const page = await openPage(context)
  await page.goto(`${house.url}/desk`)
  await page.waitForSelector('[data-here="yes"]')
  return page
}

/** A customer in the widget of a shop, who leaves her address. */
async function asksInTheWidget() {
  const shop = await openSite(shopPage(house.url, 'zh-CN'))
  onTestFinished(() => void shop.close())
  await database.db.insertInto('allowed_sites').values({ origin: shop.origin, added_at: clock.now() }).execute()
  const page = await openPage(await openBrowser(house.url))
  await page.goto(shop.origin)
  await page.getByRole('button', { name: '打开对话' }).click()
  const frame = page.frameLocator('iframe')
  await frame.locator('[name=question]').fill('家里宽带断了，光猫亮红灯。')
  await frame.locator('[name=name]').fill('苏晴')
  await frame.locator('[name=contact]').fill(CUSTOMER)
  await frame.locator('[name=terms]').check()
  await frame.locator('[data-ask] button[data-kind=key]').click()
  await frame.getByText('家里宽带断了').waitFor()
  return page
}

test.runIf(hasDovecot)(
  'a customer asks in the widget and leaves, the agent answers, the mail arrives, she replies with a picture, and the agent sees both in the open conversation without a reload',
  async () => {
    const box = await startDovecot()
    const { url, hers } = await post(box)
    const reader = openMailReader(house.deps, box.url, { poll: 2000, again: 20, longest: 100 })
    onTestFinished(() => reader.stop())
    const desk = await agent()
    const shop = await asksInTheWidget()
    await desk.locator('[data-take]').click()
    await desk.waitForSelector('.reply-form')
    clock.forward({ minutes: 1 })
    await shop.close()
    const visit = () => database.db.selectFrom('customer_visits').select('seen_at').executeTakeFirst()
    await expect.poll(visit).toEqual({ seen_at: clock.now() })

    // She is away: the agent answers, and nothing goes to an address that is not hers yet but the question whether it is.
    clock.forward({ minutes: 1 })
    const answer = '是您那条街的交换机断电。师傅 02:40 到，请拍一张光猫的照片。'
    await desk.fill('.reply-form textarea', answer)
    await desk.keyboard.press('Control+Enter')
    await desk.locator('.desk-log .bubble', { hasText: answer }).waitFor()
    await desk.evaluate("globalThis.sameSince = 'the answer'")
    clock.forward({ minutes: 8 })
    await tick()
    await sendAll(url)
    expect(hers).toEqual([])
    clock.forward({ minutes: 1 })
    await tick()
    await sendAll(url)
    const verify = await openPage(await openBrowser(house.url, { width: 390, height: 844, phone: true }))
    const path = /\/verify\/[\w-]+/.exec(readMail(hers[0] ?? '').text)?.[0] ?? ''
    await verify.goto(house.url + path)
    await verify.locator('main form button').click()
    await verify.locator('main form').waitFor({ state: 'detached' })
    await tick()
    await sendAll(url)
    expect(hers).toHaveLength(2)
    const letter = readMail(hers[1] ?? '')
    expect(letter.text).toContain(answer)
    await desk.locator('.desk-side', { hasText: '未读回复' }).waitFor()
    expect(await desk.locator('.desk-side').textContent()).not.toContain('未验证')

    // Her mail program answers: above what it quotes, with a picture.
    const messageId = letter.headers.get('message-id') ?? ''
    const content = await sharp(Buffer.from(MODEM)).jpeg().toBuffer()
    const words = '拍好了，第三个灯是红的。\n家里一直有人。'
    await nodemailer.createTransport(url).sendMail({
      from: `苏晴 <${CUSTOMER}>`,
      to: letter.headers.get('reply-to') ?? '',
      subject: `回复：${letter.headers.get('subject')}`,
      text: `${words}\n\n在 2026年11月24日，夜间客服 写道：\n${letter.text.replaceAll(/^/gm, '> ')}`,
      inReplyTo: messageId,
      references: messageId,
      attachments: [{ filename: '光猫.jpg', content }],
    })
    const bubble = desk.locator('.desk-log .bubble', { hasText: '拍好了' })
    await bubble.waitFor()
    const image = desk.locator('.desk-log a.file img')
    await image.waitFor()
    const drawn = 'document.querySelector(".desk-log a.file img").naturalWidth'
    await expect.poll(() => desk.evaluate<number>(drawn)).toBeGreaterThan(0)
    expect(await desk.evaluate('globalThis.sameSince')).toBe('the answer')
    expect((await bubble.textContent())?.trim()).toBe(words)
    expect(await desk.locator('.desk-log').textContent()).not.toContain('写道')
    expect(await database.db.selectFrom('tickets').select(['channel', 'state']).execute()).toEqual([
      { channel: 'widget', state: 'open' },
    ])
    await expect.poll(() => box.count('Nightdesk')).toBe(1)
    expect(await widthBeyond(desk)).toBe(0)
    expect(await violations(desk, 'contrast')).toEqual([])
    await picture(desk, 'mail-circle-1440')
    expect([...desk.wrongs, ...shop.wrongs, ...verify.wrongs]).toEqual([])
  },
  120_000,
)
