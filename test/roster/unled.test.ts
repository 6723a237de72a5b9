import { beforeEach, expect, test } from 'vitest'
import { addDays } from '../../server/kernel/time.ts'
import { listUnled } from '../../server/roster/leading/queries.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

beforeEach(async () => {
  await database.db
    .insertInto('roster_months')
    .values({ month: '2026-12', state: 'published', version: 1, opened_by: null, opened_at: new Date(0) })
    .execute()
})

/** The first night that is still missed at an instant, where nobody stands in any night of December. */
const firstMissed = async (at: string, zone: string) => {
  const [first, second] = await listUnled(database.db, { now: new Date(at), zone })
  expect(second?.night).toBe(addDays(first?.night ?? '', 1))
  return first
}

test.each([
  ['Asia/Shanghai', '+08:00'],
  ['America/Los_Angeles', '-08:00'],
])('row 8: a night in which nobody stands is missed until it is over by the clocks of %s', async (zone, offset) => {
  const nine = { night: '2026-12-09', code: 'manager_none', from: new Date(`2026-12-09T22:00:00${offset}`) }
  const ten = { night: '2026-12-10', code: 'manager_none', from: new Date(`2026-12-10T22:00:00${offset}`) }
  expect(await firstMissed(`2026-12-09T06:00:00${offset}`, zone)).toEqual(nine)
  expect(await firstMissed(`2026-12-09T21:00:00${offset}`, zone)).toEqual(nine)
  expect(await firstMissed(`2026-12-10T01:00:00${offset}`, zone)).toEqual(nine)
  expect(await firstMissed(`2026-12-10T05:59:59${offset}`, zone)).toEqual(nine)
  expect(await firstMissed(`2026-12-10T06:00:00${offset}`, zone)).toEqual(ten)
  expect(await firstMissed(`2026-12-10T12:30:00${offset}`, zone)).toEqual(ten)
})
