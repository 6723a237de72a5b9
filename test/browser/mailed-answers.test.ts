import { beforeEach, expect, test } from 'vitest'
import { takeTicket } from '../../server/desk/offers/actions.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { postMessage } from '../../server/tickets/messages/actions.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { letterHouse } from '../support/letters.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as, hire, publishTerms, putOnPost, see, welcome } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
let mei: StaffId
const { tick, sendAll } = letterHouse(() => house, clock)

beforeEach(async () => {
  clock.set('2026-11-24T02:12:00+08:00')
  forgetSettings()
  await publishTerms(database.db, clock.now())
  mei = await hire(database.db, '林玫')
  await database.db.updateTable('staff').set({ name_en: 'Lin Mei' }).where('id', '=', mei).execute()
  await putOnPost(database.db, mei)
  await see(database.db, mei, clock.now())
})

test('a customer leaves, the agent answers, the mail arrives once the address is theirs, and its link opens the conversation', async () => {
  const { url, taken } = await mailServer()
  const letters = () => taken.map(readMail)
  const page = await openPage(await openBrowser(house.url, { language: 'en' }))
  await page.goto(house.url)
  await page.fill('[name=question]', 'The line has been down since midnight.')
  await page.fill('[name=name]', 'Su Qing')
  await page.fill('[name=contact]', 'su@example.com')
  await page.check('[name=terms]')
  await page.click('[data-ask] button[data-kind=key]')
  await page.getByText('You are number 1 in line').waitFor()
  const { id } = await database.db.selectFrom('tickets').select('id').executeTakeFirstOrThrow()
  const ticketId = id as TicketId
  const { transact } = house.deps
  const { epoch } = await transact(as(mei, 'manager'), (tx) => takeTicket(tx, ticketId))
  await page.close()
  const seen = () => database.db.selectFrom('customer_visits').select('seen_at').executeTakeFirst()
  await expect.poll(seen).toEqual({ seen_at: clock.now() })
  clock.forward({ minutes: 1 })
  const by = { kind: 'staff', staffId: mei, epoch } as const
  const body = 'It is the switch in your street. A colleague is on the way.'
  await transact(as(mei), (tx) => postMessage(tx, { ticketId, by, clientId: crypto.randomUUID(), body }))
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  await sendAll(url)
  expect(letters().map(({ text }) => text.includes(body))).toEqual([false])

  const phone = await openBrowser(house.url, { language: 'en', width: 390, height: 844, phone: true })
  const verify = await openPage(phone)
  const path = /\/verify\/[\w-]+/.exec(letters()[0]?.text ?? '')?.[0] ?? ''
  await verify.goto(house.url + path)
  expect(await violations(verify)).toEqual([])
  expect(await widthBeyond(verify)).toBe(0)
  await verify.getByRole('button', { name: 'Yes, it is mine' }).click()
  await verify.getByRole('heading', { name: 'Confirmed' }).waitFor()
  await tick()
  await sendAll(url)
  const [, letter, ...more] = letters()
  expect(more).toEqual([])
  expect(letter?.text).toContain(body)
  const link = /\/requests\/[\w-]+/.exec(letter?.html ?? '')?.[0] ?? ''
  await verify.goto(house.url + link)
  await verify.locator('.bubble', { hasText: body }).waitFor()
  await verify.getByRole('button', { name: 'Mail me this conversation' }).click()
  await verify.getByText('On its way to your address').waitFor()
  expect(await violations(verify)).toEqual([])
  expect(await widthBeyond(verify)).toBe(0)
  await verify.getByRole('button', { name: 'Mail me this conversation' }).click()
  await verify.getByText('It was sent a moment ago').waitFor()
  expect([...page.wrongs, ...verify.wrongs]).toEqual([])
  // They are there again: what they read now is in no letter.
  clock.forward({ hours: 1 })
  await tick()
  await sendAll(url)
  expect(letters().filter(({ text }) => text.includes('While you were away'))).toHaveLength(1)
})

/** One night of one customer in this language; the letters that it made, as their HTML. */
async function aNight(language: 'zh-CN' | 'en'): Promise<{ unread: string; morning: string }> {
  const { url, taken } = await mailServer()
  const does = conversations(house)
  const zh = language === 'zh-CN'
  const who = await welcome(database.db, zh ? '苏晴' : 'Su Qing', language)
  const at = clock.now()
  const value = `su-${language.toLowerCase()}@example.com`
  await database.db
    .insertInto('contacts')
    .values({ customer_id: who.customerId, kind: 'email', value, verified_at: at, created_at: at })
    .execute()
  const question = zh ? '家里宽带断了，光猫第三个灯是红的' : 'No internet at home, the third lamp of the modem is red'
  const id = await does.ask(who, question, { language })
  const epoch = await does.take(id, mei)
  const words = zh
    ? [
        '看到了，第三个灯是 LOS，光信号没有进来。\n请把光纤接头拔下，再插一次。',
        '机房也查了：您那条街的交换机没有问题。',
      ]
    : [
        'I see: the third lamp is LOS, no light comes in.\nPlease take the fibre out and plug it in again.',
        'The exchange looked as well: the switch in your street is fine.',
      ]
  for (const body of words) {
    await does.say(id, mei, epoch, body)
    clock.forward({ minutes: 1 })
  }
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  await sendAll(url)
  await database.db
    .updateTable('tickets')
    .set({ promised_at: new Date('2026-11-24T10:00:00+08:00') })
    .where('id', '=', id)
    .execute()
  clock.set('2026-11-24T08:00:00+08:00')
  await database.db.deleteFrom('morning_runs').execute()
  await tick()
  await sendAll(url)
  const [unread, morning] = taken.map((raw) => readMail(raw).html)
  clock.set('2026-11-24T02:12:00+08:00')
  return { unread: unread ?? '', morning: morning ?? '' }
}

test('letters to customers read well in both languages, in light and dark mail programs, wide and on a phone', async () => {
  for (const language of ['zh-CN', 'en'] as const) {
    const night = await aNight(language)
    for (const [kind, html] of Object.entries(night))
      for (const colorScheme of ['dark', 'light'] as const)
        for (const width of [720, 390]) {
          const context = await openBrowser(
            house.url,
            { width, height: kind === 'unread' ? 720 : 760 },
            { colorScheme },
          )
          const page = await openPage(context)
          await page.setContent(html)
          expect(await widthBeyond(page)).toBe(0)
          expect(await violations(page, 'contrast')).toEqual([])
          const isDark = (colorScheme === 'dark') === (language === 'zh-CN')
          if (isDark && width === 720) await picture(page, `letter-${kind}.${language}-${colorScheme}`)
        }
  }
})

test('beside the conversation stands what its customer was mailed, wide and on a phone', async () => {
  await aNight('zh-CN')
  const { id } = await database.db.selectFrom('tickets').select('id').executeTakeFirstOrThrow()
  for (const [width, theme, language] of [
    [1440, 'dark', 'zh-CN'],
    [390, 'light', 'en'],
  ] as const) {
    const context = await openBrowser(house.url, { width, theme, language })
    const { cookie } = await signedIn(house, mei, language)
    const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
    await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
    const page = await openPage(context)
    await page.goto(`${house.url}/desk/${id}`)
    const aside = page.locator(`[aria-labelledby="told-${id}"]`)
    await aside.waitFor({ state: 'attached' })
    expect(await aside.textContent()).toContain(language === 'en' ? 'Unread answers' : '未读回复')
    expect(await widthBeyond(page)).toBe(0)
    expect(await violations(page, 'contrast')).toEqual([])
    expect(page.wrongs).toEqual([])
    if (width === 1440) {
      await aside.scrollIntoViewIfNeeded()
      await picture(page, 'letters-desk-1440')
    }
  }
})

test('the settings page shows every letter in both languages, wide and on a phone', async () => {
  await aNight('zh-CN')
  const lan = await hire(database.db, '兰芝', { roles: ['administrator'], posts: [] })
  for (const [width, theme, language] of [
    [1440, 'dark', 'zh-CN'],
    [390, 'light', 'en'],
  ] as const) {
    const context = await openBrowser(house.url, { width, theme, language })
    const { cookie } = await signedIn(house, lan, language)
    const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
    await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
    const page = await openPage(context)
    await page.goto(`${house.url}/settings/mail`)
    const frame = page.frameLocator('iframe.letter-frame').nth(2)
    await page.locator('iframe.letter-frame').nth(2).scrollIntoViewIfNeeded()
    await frame.locator('.sheet').waitFor()
    expect(await widthBeyond(page)).toBe(0)
    expect(await violations(page)).toEqual([])
    expect(page.wrongs).toEqual([])
    await picture(page, `letters-preview-${width}`)
  }
})
