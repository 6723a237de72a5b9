import { expect, test } from 'vitest'
import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { tell } from '../../server/notifications/notices/telling.ts'
import { system } from '../../server/platform/actor.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowser, openPage } from '../support/pages.ts'
import { appointChief, hire, putOnPost } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

const visit = async (staffId: StaffId) => {
  const context = await openBrowser(house.url, { language: 'en' })
  await context.grantPermissions(['notifications'], { origin: house.url })
  const { cookie } = await signedIn(house, staffId, 'en')
  const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
  await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
  return openPage(context)
}

test('an alarm lights the bell of the duty manager on the page they have open; they open it and press that they have read it', async () => {
  clock.set(TWO_FOURTEEN)
  const ji = await hire(database.db, 'Ji')
  await putOnPost(database.db, ji, 'manager')
  const page = await visit(ji)
  await page.goto(`${house.url}/duty`)
  await page.waitForLoadState('networkidle')
  await house.deps.transact(system, (tx) => raiseAlarm(tx, 'nobody_eligible', null))
  await page.waitForSelector('#bell .count', { timeout: 10_000 })
  await page.waitForSelector('#rail[data-notice-sound="duty"]', { timeout: 10_000 })
  await page.click('#bell')
  await page.click('button.reminder')
  await page.click('form[action$="/receipt"] button')
  await page.waitForSelector('text=You have read it')
  expect(await page.locator('#bell .count').count()).toBe(0)
  const { read_at } = await database.db.selectFrom('notice_people').select('read_at').executeTakeFirstOrThrow()
  expect(read_at).toEqual(clock.now())
  expect(page.wrongs).toEqual([])
}, 60_000)

test('news that want a receipt ring with a sound of their own on the page of whoever is on post, once', async () => {
  clock.set(TWO_FOURTEEN)
  const mei = await hire(database.db, 'Mei')
  await putOnPost(database.db, mei)
  const page = await visit(mei)
  await page.goto(`${house.url}/duty`)
  await page.click('#main')
  await page.waitForLoadState('networkidle')
  await page.evaluate(
    'window.rang = []; document.addEventListener("ring", ({ detail }) => window.rang.push(detail.kind))',
  )
  await house.deps.transact(system, (tx) =>
    tell(tx, { kind: 'roster', ref: `shifts:${mei}`, path: '/roster', to: [{ staffId: mei, part: 'own' }] }),
  )
  await expect.poll(() => page.evaluate<string[]>('window.rang')).toEqual(['important'])
  await page.waitForSelector('.toast a[href^="/notices/"]')
  await page.reload()
  await page.waitForLoadState('networkidle')
  expect(await page.locator('.toast a[href^="/notices/"]').count()).toBe(0)
  expect(page.wrongs).toEqual([])
}, 60_000)

test('a page that nobody answers rings louder each time it is told again, and an agent’s page stays still', async () => {
  clock.set(TWO_FOURTEEN)
  await appointChief(database.db, clock.now())
  const ji = await hire(database.db, 'Ji')
  await putOnPost(database.db, ji, 'manager')
  const mei = await hire(database.db, 'Mei')
  await putOnPost(database.db, mei)
  const night = openTelling(house)
  const [lead, agent] = [await visit(ji), await visit(mei)]
  for (const page of [lead, agent]) {
    await page.goto(`${house.url}/duty`)
    await page.click('#main')
    await page.waitForLoadState('networkidle')
    await page.evaluate(
      'window.rang = []; document.addEventListener("ring", ({ detail }) => window.rang.push(detail.kind + " " + detail.loud.toFixed(2)))',
    )
  }
  await house.deps.transact(system, (tx) =>
    tell(tx, { kind: 'incident', ref: 'incident:1', path: '/incidents', to: [{ staffId: ji, part: 'post' }] }),
  )
  const rang = () => lead.evaluate<string[]>('window.rang')
  await expect.poll(rang).toEqual(['duty 0.45'])
  for (const louder of ['duty 0.65', 'duty 0.85', 'duty 1.00']) {
    const before = (await rang()).length
    clock.forward({ minutes: 5, seconds: 15 })
    for (const step of ['follow-pages', 'follow-pages']) await night.tick([step])
    await expect.poll(async () => (await rang()).slice(before), { timeout: 15_000 }).toEqual([louder])
  }
  expect(await agent.evaluate('window.rang')).toEqual([])
  expect([...lead.wrongs, ...agent.wrongs]).toEqual([])
}, 120_000)

test('the worker for pushes is taken on under the strict policy, and what a browser cannot do is said', async () => {
  clock.set(TWO_FOURTEEN)
  const page = await visit(await hire(database.db, 'Mei'))
  await page.goto(`${house.url}/me/notices`)
  await page.click('#push-on')
  // No push service answers a browser in a test: the worker stands, and the page says so or the form has gone.
  await expect
    .poll(() => page.evaluate<boolean>('navigator.serviceWorker.getRegistration().then((one) => Boolean(one?.active))'))
    .toBe(true)
  await page.waitForSelector('#push-wrong:not([hidden]), .banner[data-tone="ok"]', { timeout: 15_000 })
  expect(page.wrongs).toEqual([])
}, 60_000)
