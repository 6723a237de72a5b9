import { expect, test } from 'vitest'
import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowserOf, openPage } from '../support/pages.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

/** Of a duty manager on post whom a complaint rings. */
async function managersPage() {
  clock.set(TWO_FOURTEEN)
  const ji = await hire(database.db, '季然', { rank: 'supervisor' })
  await putOnPost(database.db, ji, 'manager')
  const su = await welcome(database.db, '苏晴')
  await house.deps.transact(system, async (tx) => raiseAlarm(tx, 'complaint', await conversations(house).ask(su)))
  return openPage(await visit(ji, { width: 1440, height: 900 }))
}

const visit = (staffId: StaffId, look: { width: number; height: number }) => openBrowserOf(house, staffId, look)

/** An agent on post with a conversation in hand whose customer has a number. */
async function inHand() {
  clock.set(TWO_FOURTEEN)
  const mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  const su = await welcome(database.db, '苏晴')
  await database.db
    .insertInto('contacts')
    .values({
      customer_id: su.customerId,
      kind: 'phone',
      value: '+8613812340041',
      verified_at: null,
      created_at: clock.now(),
    })
    .execute()
  const does = conversations(house)
  const id = await does.ask(su, '断网，请打 13812340041')
  await does.take(id, mei)
  return { mei, id, page: await openPage(await visit(mei, { width: 1440, height: 900 })) }
}
const endPost = (staffId: StaffId) =>
  database.db.updateTable('attendances').set({ checked_out_at: clock.now() }).where('staff_id', '=', staffId).execute()
const CUSTOMER = /13812340041|苏晴|断网/

test('whoever goes off post with a conversation open has no customer on the screen within two seconds, and keeps what they had written', async () => {
  const { mei, id, page } = await inHand()
  await page.goto(`${house.url}/desk/${id}`)
  await page.fill('.reply-form textarea', '我先看看')
  expect(await page.content()).toContain('+8613812340041')
  await expect.poll(async () => (await house.deps.live.io.of('/desk').fetchSockets()).length).toBeGreaterThan(0)
  await endPost(mei)
  await expect.poll(() => page.content(), { timeout: 4000, interval: 100 }).not.toMatch(CUSTOMER)
  await page.waitForSelector('.kept textarea')
  expect(await page.inputValue('.kept textarea')).toBe('我先看看')
}, 60_000)

test('a conversation whose line opens only after the post has ended has no customer on the screen either', async () => {
  const { mei, id, page } = await inHand()
  const gate = Promise.withResolvers<void>()
  await page.routeWebSocket(/\/live\//, async (route) => {
    await gate.promise
    route.connectToServer()
  })
  await page.goto(`${house.url}/desk/${id}`)
  await page.fill('.reply-form textarea', '我先看看')
  expect(await page.content()).toContain('+8613812340041')
  await endPost(mei)
  gate.resolve()
  await expect.poll(() => page.content(), { timeout: 8000, interval: 100 }).not.toMatch(CUSTOMER)
  await page.waitForSelector('.kept textarea')
  expect(await page.inputValue('.kept textarea')).toBe('我先看看')
}, 60_000)

test('a board that is open when its post ends gives way to the words why', async () => {
  const page = await managersPage()
  await page.goto(`${house.url}/board`)
  await page.waitForSelector('#main')
  await expect.poll(() => page.content()).toContain('苏晴')
  await expect.poll(async () => (await house.deps.live.io.of('/desk').fetchSockets()).length).toBeGreaterThan(0)
  clock.set('2026-11-24T06:00:01+08:00')
  await expect.poll(() => page.content(), { timeout: 8000, interval: 100 }).toContain('在岗时才能看客户的资料')
  expect(await page.content()).not.toContain('苏晴')
}, 60_000)

test('a page that was drawn on post and whose line opens only after the post has ended gives way to the words why', async () => {
  const page = await managersPage()
  const gate = Promise.withResolvers<void>()
  await page.routeWebSocket(/\/live\//, async (route) => {
    await gate.promise
    route.connectToServer()
  })
  await page.goto(`${house.url}/board`)
  await page.waitForSelector('#main')
  expect(await page.content()).toContain('苏晴')
  clock.set('2026-11-24T06:00:01+08:00')
  gate.resolve()
  // Sooner than the page would ask by itself.
  await expect.poll(() => page.content(), { timeout: 8000, interval: 100 }).toContain('在岗时才能看客户的资料')
  expect(await page.content()).not.toContain('苏晴')
}, 60_000)
