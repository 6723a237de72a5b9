import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import { takeEvent } from '../../server/calls/actions.ts'
import { parseCti } from '../../server/calls/adapters/cti.ts'
import { claimCallback } from '../../server/calls/callbacks/actions.ts'
import type { CallbackId, LineId, ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as, see } from '../support/people.ts'
import { type House, startServer } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: House
beforeAll(async () => {
  house = await startServer(database, clock)
})
afterAll(() => house.close())
type Look = NonNullable<Parameters<typeof openBrowser>[1]>
const LOOKS: Look[] = [
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
test('in the demo company ring card, wrap-up, callbacks, log and the page of a line stand on a wide screen and on a phone', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const shifts = await shiftsAt(db, clock.now())
  const agents = shifts.filter(({ post }) => post === 'service')
  const manager = shifts.find(({ post }) => post === 'manager')
  for (const shift of [...agents, ...(manager ? [manager] : [])]) {
    await transact(as(shift.staffId, null), (tx) => checkIn(tx, shift.id as ShiftId))
    await see(db, shift.staffId, clock.now())
  }
  const [line] = await db.selectFrom('phone_lines').selectAll().execute()
  const say = async (event: Record<string, unknown>) => {
    const [one] = parseCti({ direction: 'in', to: '4000001024', ...event })
    if (one)
      await transact(system, (tx) =>
        takeEvent(tx, { id: line?.id as LineId, ringSeconds: 30, recordingHosts: [] }, one, { raw: event }),
      )
  }
  const known = await db
    .selectFrom('contacts')
    .select('value')
    .where('kind', '=', 'phone')
    .limit(1)
    .executeTakeFirstOrThrow()
  const admin = (
    await db
      .selectFrom('staff')
      .select('id')
      .where('standing_roles', '@>', '{administrator}' as never)
      .executeTakeFirst()
  )?.id as StaffId
  await say({ event: 'newCall', callId: 'mine', from: known.value })
  await say({ event: 'answer', callId: 'mine', user: '802' })
  await say({ event: 'newCall', callId: 'ring', from: '+8613800136027' })
  clock.forward({ seconds: 12 })
  const me = agents[0]?.staffId as StaffId
  const talker = agents[1]?.staffId as StaffId
  const [first] = await db.selectFrom('callbacks').select('id').orderBy('id').execute()
  await transact(as(me), (tx) => claimCallback(tx, first?.id as CallbackId))
  const pages = [
    ['phone-ring', me, '/desk'],
    ['phone-wrap', talker, '/desk'],
    ['phone-log', manager?.staffId as StaffId, '/calls'],
    ['phone-callbacks', me, `/calls/callbacks?at=${first?.id}`],
    ['phone-line', admin, `/settings/lines/${line?.id}`],
  ] as const
  for (const look of LOOKS)
    for (const [name, who, path] of pages) {
      const page = await openPage(await visit(who, look))
      await page.goto(house.url + path)
      await page.waitForSelector('#main')
      expect(await widthBeyond(page), name).toBe(0)
      expect(await violations(page, 'contrast'), name).toEqual([])
      await picture(page, `${name}-${look.width}`)
      expect(page.wrongs, name).toEqual([])
      await page.context().close()
    }
}, 120_000)
