import type { BrowserContext } from 'playwright-core'
import { expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { wrongOn } from '../support/looking.ts'
import { type Look, openBrowserOf, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as, see } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

const LOOKS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true },
]

const visit = (staffId: StaffId, look: Look): Promise<BrowserContext> => openBrowserOf(house, staffId, look)
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
    .selectFrom('escalations as e')
    .innerJoin('assignments as a', (join) => join.onRef('a.ticket_id', '=', 'e.ticket_id').on('a.ended_at', 'is', null))
    .select(['e.id', 'e.ticket_id', 'a.staff_id'])
    .where('e.state', '=', 'accepted')
    .where('e.promised_at', '>', clock.now())
    .executeTakeFirstOrThrow()
  const shifts = await shiftsAt(db, clock.now())
  const technician = shifts.find(({ post }) => post === 'technician')
  const agents = shifts.filter(({ staffId }) => [request.staff_id, taken.staff_id].includes(staffId))
  for (const shift of [technician, ...agents])
    if (shift) {
      await transact(as(shift.staffId, null), (tx) => checkIn(tx, shift.id as ShiftId))
      await see(db, shift.staffId, clock.now())
    }
  const pages = [
    {
      name: 'inbox',
      who: await numbered('rd0501'),
      path: `/escalations/${taken.id}`,
      there: '#escalation-one .inbox-back',
    },
    { name: 'technician', who: technician?.staffId as StaffId, path: '/escalations', there: '#main' },
    {
      name: 'ticket-escalation',
      who: request.staff_id as StaffId,
      path: `/desk/${request.ticket_id}`,
      there: '.reply-form',
    },
    { name: 'ticket-waiting', who: taken.staff_id as StaffId, path: `/desk/${taken.ticket_id}`, there: '.reply-form' },
    { name: 'directory', who: request.staff_id as StaffId, path: '/escalations/directory', there: '#main' },
  ]
  const wrong = await wrongOn(house, LOOKS, pages, {
    axe: () => 'contrast',
    draw: (page, { name }, { width }) => picture(page, `${name}-${width}`),
  })
  expect(wrong).toEqual([])
}, 180_000)

const MERGE_LOOKS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true },
  { width: 1440, height: 900, language: 'en', theme: 'light' },
  { width: 390, height: 844, phone: true, language: 'en', theme: 'light' },
] as const

test('what a customer of the demo company has asked twice is merged and taken out again, on a wide screen and on a phone, in both languages and lights', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const { id, staff_id: agent } = await db
    .selectFrom('tickets as t')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .innerJoin('assignments as a', (join) => join.onRef('a.ticket_id', '=', 't.id').on('a.ended_at', 'is', null))
    .select(['t.id', 'a.staff_id'])
    .where('c.name', '=', '白露')
    .executeTakeFirstOrThrow()
  const shift = (await shiftsAt(db, clock.now())).find(({ staffId }) => staffId === agent)
  await transact(as(agent as StaffId, null), (tx) => checkIn(tx, shift?.id as ShiftId))
  await see(db, agent as StaffId, clock.now())
  const draw = async (page: Awaited<ReturnType<typeof openPage>>, name: string, { width, theme }: Look) => {
    expect(page.wrongs, name).toEqual([])
    expect(await widthBeyond(page), name).toBe(0)
    if (!theme && name !== 'merged-away') await picture(page, `${name}-${width}`)
    expect(await violations(page, 'contrast'), name).toEqual([])
    // Axe leaves empty styles behind, which the policy refuses once htmx copies them.
    await page.reload()
  }
  for (const look of MERGE_LOOKS) {
    const page = await openPage(await visit(agent as StaffId, look))
    await page.goto(`${house.url}/desk/${id}`)
    await page.waitForSelector('.reply-form', { state: 'attached' })
    const openMore = () => page.locator('#act-more > summary').click()
    await openMore()
    await draw(page, 'merge', look)
    await openMore()
    await page.locator('form[action$="/intake"] button').click()
    await page.locator('.origins > summary').click()
    await draw(page, 'merged', look)
    await page.locator('.origins > summary').click()
    await page.locator('.origins section a').click()
    await page.waitForSelector('form[action$="/split"]')
    await draw(page, 'merged-away', look)
    await page.locator('form[action$="/split"] button').click()
    await page.waitForSelector('form[action$="/split"]', { state: 'detached' })
    await page.context().close()
  }
}, 180_000)
