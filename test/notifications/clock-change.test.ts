import { beforeEach, expect, test } from 'vitest'
import type { DepartmentId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { forgetSettings, storeSetting } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, welcome } from '../support/people.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let mei: StaffId
let ticketId: TicketId
let epoch: number

/** Each of them is due once a morning: of a department, of a customer, of the leadership group. */
const KINDS = ['digest', 'morning', 'brief'] as const
const MORNINGS = ['plan-mornings', 'write-digests', 'write-briefs', 'tell-the-morning', 'write-customer-letters']
const QUARTER = { minutes: 15 }

/** A department that is asked and never answers, and a customer with a proved address. */
beforeEach(async () => {
  clock.set('2026-01-01T00:00:00Z')
  forgetSettings()
  const { db } = house.deps
  mei = await hire(db, '林玫')
  const chief = await hire(db, '高岚', { rank: 'vice_president', roles: ['leadership'] })
  const term = { chief: true, first_day: '2026-01-01', last_day: null, during: '[2026-01-01,)' }
  await db
    .insertInto('leadership_members')
    .values({ staff_id: chief, ...term, appointed_at: clock.now() })
    .execute()
  const wu = await hire(db, '吴凯', { roles: ['handler'] })
  const { id } = await db
    .insertInto('departments')
    .values({ code: 'research', name: JSON.stringify({ 'zh-CN': '研发部', en: 'Engineering' }) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db.updateTable('staff').set({ department_id: id, email: 'wu@example.com' }).where('id', '=', wu).execute()
  await db.updateTable('staff').set({ email: 'gao@example.com' }).where('id', '=', chief).execute()
  const su = await welcome(db, '苏晴')
  const at = clock.now()
  await db
    .insertInto('contacts')
    .values({ customer_id: su.customerId, kind: 'email', value: 'su@example.com', verified_at: at, created_at: at })
    .execute()
  ticketId = await does.ask(su)
  epoch = await does.take(ticketId, mei)
  await does.sendTo(
    ticketId,
    { staffId: mei, epoch },
    { departmentId: id as DepartmentId, promisedAt: new Date('2026-01-02T00:00:00Z') },
  )
})

/** Two days in Berlin, a quarter of an hour at a time, with a word to the customer in every hour: when each letter was written. */
async function twoDays(from: string, names: readonly (typeof KINDS)[number][] = KINDS): Promise<string[]> {
  const night = openTelling(house, { timeZone: 'Europe/Berlin' })
  await night.heard()
  clock.set(from)
  const written: string[] = []
  const seen = new Set((await lettersOf(names)).map(({ id }) => id))
  for (let quarter = 0; quarter < 2 * 96; quarter++) {
    if (quarter % 4 === 0) await does.say(ticketId, mei, epoch, `还在查 ${quarter}`)
    // Something that a night is told of.
    if (quarter % 48 === 46) await does.ask(await welcome(database.db, `客户 ${quarter}`))
    await night.tick(MORNINGS)
    for (const { id, kind } of await lettersOf(names)) {
      if (!seen.has(id)) written.push(`${kind} ${clock.now().toISOString().slice(0, 16)}`)
      seen.add(id)
    }
    clock.forward(QUARTER)
  }
  return written
}
const lettersOf = (kinds: readonly (typeof KINDS)[number][]) =>
  database.db.selectFrom('outgoing_mails').select(['id', 'kind']).where('kind', 'in', kinds).orderBy('id').execute()

async function at(times: Partial<Record<'digestTime' | 'morningMailTime' | 'briefTime', string>>): Promise<void> {
  for (const [key, value] of Object.entries(times))
    await storeSetting(database.db, { key: key as 'digestTime', value, by: null, at: clock.now() })
  forgetSettings()
}

test('in the night in which an hour is left out, 06:30, 08:00 and 08:30 come once, an hour earlier by the sun, and once on the day after', async () => {
  // Sunday 29 March 2026: 02:00 becomes 03:00.
  expect(await twoDays('2026-03-28T12:00:00Z')).toEqual([
    'digest 2026-03-29T04:30',
    'morning 2026-03-29T06:00',
    'brief 2026-03-29T06:30',
    'digest 2026-03-30T04:30',
    'morning 2026-03-30T06:00',
    'brief 2026-03-30T06:30',
  ])
}, 60_000)

test('in the night in which an hour comes twice, 06:30, 08:00 and 08:30 come once, an hour later by the sun, and once on the day after', async () => {
  // Sunday 25 October 2026: 03:00 becomes 02:00.
  expect(await twoDays('2026-10-24T12:00:00Z')).toEqual([
    'digest 2026-10-25T05:30',
    'morning 2026-10-25T07:00',
    'brief 2026-10-25T07:30',
    'digest 2026-10-26T05:30',
    'morning 2026-10-26T07:00',
    'brief 2026-10-26T07:30',
  ])
}, 60_000)

test('set into the very hour that is left out they move forward, and into the one that comes twice they come at the first', async () => {
  await at({ digestTime: '02:30', morningMailTime: '02:45' })
  expect(await twoDays('2026-03-28T12:00:00Z', ['digest', 'morning'])).toEqual([
    'digest 2026-03-29T01:30',
    'morning 2026-03-29T01:45',
    'digest 2026-03-30T00:30',
    'morning 2026-03-30T00:45',
  ])
  expect(await twoDays('2026-10-24T12:00:00Z', ['digest', 'morning'])).toEqual([
    'digest 2026-10-25T00:30',
    'morning 2026-10-25T00:45',
    'digest 2026-10-26T01:30',
    'morning 2026-10-26T01:45',
  ])
}, 120_000)
