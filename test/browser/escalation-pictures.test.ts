import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
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

const LOOKS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true },
]

const visit = async (staffId: StaffId, look: Parameters<typeof openBrowser>[1]): Promise<BrowserContext> => {
  const context = await openBrowser(house.url, look)
  const { cookie } = await signedIn(house, staffId, look?.language)
  const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
  await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
  return context
}
const numbered = async (number: string): Promise<StaffId> =>
  (await database.db.selectFrom('staff').select('id').where('number', '=', number).executeTakeFirstOrThrow())
    .id as StaffId

test("in the demo company the department's inbox, the technician's queue, a ticket with a request and the directory stand on a wide screen and on a phone", async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const request = await db
    .selectFrom('escalations as e')
    .innerJoin('assignments as a', (join) => join.onRef('a.ticket_id', '=', 'e.ticket_id').on('a.ended_at', 'is', null))
    .select(['e.ticket_id', 'a.staff_id'])
    .where('e.state', '=', 'answered')
    .executeTakeFirstOrThrow()
  const taken = await db
    .selectFrom('escalations')
    .select('id')
    .where('state', '=', 'accepted')
    .where('promised_at', '>', clock.now())
    .executeTakeFirstOrThrow()
  const shifts = await shiftsAt(db, clock.now())
  const technician = shifts.find(({ post }) => post === 'technician')
  const agent = shifts.find(({ staffId }) => staffId === request.staff_id)
  for (const shift of [technician, agent])
    if (shift) {
      await transact(as(shift.staffId, null), (tx) => checkIn(tx, shift.id as ShiftId))
      await see(db, shift.staffId, clock.now())
    }
  const pages = [
    ['inbox', await numbered('rd0501'), `/escalations/${taken.id}`, '#escalation-one .inbox-back'],
    ['technician', technician?.staffId as StaffId, '/escalations', '#main'],
    ['ticket-escalation', request.staff_id as StaffId, `/desk/${request.ticket_id}`, '.reply-form'],
    ['directory', request.staff_id as StaffId, '/escalations/directory', '#main'],
  ] as const
  for (const look of LOOKS)
    for (const [name, who, path, there] of pages) {
      const page = await openPage(await visit(who, look))
      await page.goto(house.url + path)
      await page.waitForSelector(there, { state: 'attached' })
      expect(await widthBeyond(page), name).toBe(0)
      expect(await violations(page, 'contrast'), name).toEqual([])
      await picture(page, `${name}-${look.width}`)
      expect(page.wrongs, name).toEqual([])
      await page.context().close()
    }
}, 180_000)
