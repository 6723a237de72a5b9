import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Post, StandingRole } from '../../server/kernel/capabilities.ts'
import { storeSetting } from '../../server/settings/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { hire, publishTerms, roster, TONIGHT } from '../support/people.ts'
import { type House, startServer } from '../support/server.ts'
import { goOnPost, passwordHash, signIn } from '../support/sign-in.ts'

const database = testDatabase()
const clock = handSetClock()
let house: House

beforeAll(async () => {
  house = await startServer(database, clock, undefined, { trustedProxies: '127.0.0.1' })
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  await publishTerms(database.db, clock.now())
  await storeSetting(database.db, { key: 'emergencyPhone', value: '400-000-1024', by: null, at: clock.now() })
})

type Look = Parameters<typeof openBrowser>[1]
/** Somebody of the house, signed in; with a post, on it tonight. */
async function colleague(
  name: string,
  post: Post | null,
  { roles = [], ...look }: Look & { roles?: StandingRole[] } = {},
) {
  const staffId = await hire(database.db, name, {
    passwordHash: await passwordHash(),
    roles,
    rank: roles.includes('leadership') ? 'vice_president' : 'staff',
  })
  if (post) await roster(database.db, staffId, post, TONIGHT)
  const page = await openPage(await openBrowser(house.url, look))
  await signIn(page, house, staffId, '/duty')
  if (!post) return page
  await goOnPost(page, house, staffId)
  return page
}
const write = async (page: Page, words: string) => {
  await page.fill('[data-say] textarea', words)
  await page.keyboard.press('Enter')
}
const fillIn = async (page: Page, form: string, why: string) => {
  await page.fill(`form[action$="/${form}"] [name=why]`, why)
  await page.click(`form[action$="/${form}"] button:not([type=button])`)
  await page.waitForURL(/\/abuse\/\d+$/)
}
type Watched = Awaited<ReturnType<typeof openPage>>
async function looksWell(page: Watched, name: string) {
  expect(page.wrongs, name).toEqual([])
  expect(await widthBeyond(page), name).toBe(0)
  expect(await violations(page), name).toEqual([])
  await picture(page, name)
  await page.evaluate('0')
  // What axe and the camera do to a page is not the page's doing.
  page.wrongs.length = 0
}
/** What others do about what was announced. */
const heard = () =>
  expect
    .poll(async () => {
      await house.relay.pass()
      return database.db.selectFrom('outbox').select('event_id').execute()
    })
    .toEqual([])

test('an abuser is flagged by a key, warned, limited, banned by a second person, and appeals; the lists lead each to their part', async () => {
  const agent = await colleague('林玫', 'service')
  const manager = await colleague('陈舟', 'manager')
  const leader = await colleague('高岚', null, { roles: ['leadership'] })
  const chief = await database.db.selectFrom('staff').select('id').where('name', '=', '高岚').executeTakeFirstOrThrow()
  await sql`insert into leadership_members (staff_id, chief, first_day, during, appointed_at)
    values (${chief.id}, true, '2026-01-01', tstzrange('2026-01-01', null), ${clock.now()})`.execute(database.db)
  const second = await colleague('兰芝', null, {
    roles: ['leadership'],
    language: 'en',
    theme: 'light',
    width: 390,
    height: 844,
    phone: true,
  })

  const customer = await openPage(await openBrowser(house.url, { width: 390, height: 844 }))
  await customer.setExtraHTTPHeaders({ 'x-forwarded-for': '198.51.100.7' })
  await customer.goto(house.url)
  await customer.fill('[name=question]', '网又断了，你们是干什么吃的')
  await customer.fill('[name=name]', '黎先生')
  await customer.fill('[name=contact]', '13800136027')
  await customer.check('[name=terms]')
  await customer.click('[data-ask] button[data-kind=key]')
  await customer.waitForSelector('[data-live]:not([hidden])')
  await agent.click('[data-take], .offer button[data-tone=lamp]')
  await agent.waitForURL(/\/desk\/\d+$/)
  await agent.waitForSelector('.reply-form')
  await write(customer, '废物，一群废物')
  await write(customer, '再不来修我就去你们公司找你')
  await agent.waitForSelector('text=再不来修我就去你们公司找你')

  // The panic key: one key opens it, one press calls the duty manager and hands the conversation over.
  await agent.locator('body').click({ position: { x: 2, y: 2 } })
  await agent.keyboard.press('!')
  await agent.waitForSelector('#act-abuse[open] [name=reason]')
  await agent.check('#act-abuse [name=reason][value=threats]', { force: true })
  await agent.fill('#act-abuse [name=note]', '说要到公司来找人，请告诉门岗')
  await looksWell(agent, 'panic-1440')
  await agent.click('#act-abuse button[data-tone=bad]:not(summary)')
  await agent.waitForSelector('.composer .locked')
  await heard()

  // The duty manager's board rings, and leads to the case.
  await manager.goto(`${house.url}/board`)
  await manager.click('text=看个案')
  await manager.waitForSelector('.case-words')
  await fillIn(manager, 'warning', '两条消息是辱骂，一条是威胁')
  await heard()
  await customer.waitForSelector('[data-notice] >> text=我们不接受威胁。')
  await customer.waitForSelector('.said:has-text("我们不接受威胁")')
  await write(customer, '告诉你们经理也没用')
  await fillIn(manager, 'limit', '提醒之后仍在继续')
  await heard()
  await customer.waitForSelector('[data-notice] >> text=每 60 秒一条消息')
  await write(customer, '慢就慢')
  await customer.waitForSelector('text=这条到时会自动发出')
  await manager.fill('form[action$="/proposal"] [name=days]', '3')
  await fillIn(manager, 'proposal', '第三次，威胁到人')
  expect(await manager.locator('text=停用是你提出的，由第二人决定').count()).toBe(1)

  await leader.goto(`${house.url}/abuse`)
  await leader.click('text=停用待第二人决定')
  await leader.waitForSelector('form[action$="/ban"]')
  await looksWell(leader, 'abuse-case.zh-dark-1440')
  await second.goto(`${house.url}/abuse`)
  await second.click('text=Ban waits for a second person')
  await second.waitForSelector('form[action$="/ban"] [name=range]')
  await second.click('.case-jump a')
  await looksWell(second, 'abuse-range.en-light-390')
  await leader.check('form[action$="/ban"] [name=range]')
  await fillIn(leader, 'ban', '证据清楚')
  await leader.waitForSelector('.case-main >> text=同一网段的新访客')
  await heard()

  // Somebody new in the same range: it is their network, and what is urgent still goes out.
  const stranger = await openPage(
    await openBrowser(house.url, { width: 390, height: 844, language: 'en', theme: 'light' }),
  )
  await stranger.setExtraHTTPHeaders({ 'x-forwarded-for': '198.51.100.8' })
  await stranger.goto(house.url)
  await stranger.fill('[name=question]', 'The line is down')
  await stranger.fill('[name=name]', 'Mr Su')
  await stranger.fill('[name=contact]', '13800136028')
  await stranger.check('[name=terms]')
  await stranger.click('[data-ask] button[data-kind=key]')
  await stranger.waitForSelector('[data-notice] >> text=Your network is limited, not you')
  expect(await stranger.inputValue('[name=question]')).toBe('The line is down')
  await picture(stranger, 'network-390')
  await stranger.click('[data-ask] [name=urgent]')
  await stranger.waitForSelector('[data-live]:not([hidden])')

  // Banned: the box is gone, the words stay, and there is one way to object.
  await customer.waitForSelector('[data-notice] >> text=您现在不能给我们写消息')
  await customer.waitForSelector('text=废物，一群废物')
  await customer.waitForSelector('[data-unsent] >> text=我们现在不接受您的新消息')
  expect(await customer.locator('.chat-box').isVisible()).toBe(false)
  expect(await customer.locator('[data-notice] >> text=400-000-1024').isVisible()).toBe(true)
  await customer.click('.conduct-appeal summary')
  await customer.fill('.conduct-appeal textarea', '我当时太急了，孩子在家等着上网课。以后不会了。')
  await looksWell(customer, 'banned-390')
  await customer.click('.conduct-appeal button')
  await customer.waitForSelector('[data-appealed]')
  await customer.reload()
  await customer.waitForSelector('[data-notice] >> text=您的申诉已在')

  await second.goto(`${house.url}/abuse`)
  await second.click('text=Appeal waits for an answer')
  await second.waitForSelector('form[action$="/answer"]')
  await looksWell(second, 'abuse-case.en-light-390')
  await second.check('[name=outcome][value=upheld]')
  await second.fill('[name=answer]', '停用到期前不再接受消息，到期后照常为您服务。')
  await fillIn(second, 'answer', 'The threat was real')
  await heard()
  await customer.reload()
  await customer.waitForSelector('[data-notice] >> text=到期后照常为您服务')
  // The camera leaves an empty style behind on the field that was written in.
  for (const [name, page] of Object.entries({ agent, manager, leader, second, customer }))
    expect(process.env.PICTURES === 'on' ? [] : page.wrongs, name).toEqual([])
}, 180_000)
