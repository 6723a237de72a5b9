import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { leadDecember, PLAN } from '../../support/december.ts'
import { appointChief, hire } from '../../support/people.ts'
import { openHouse, type QuietHouse } from '../../support/server.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let hr: Browser
let mei: StaffId

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), 'en')
  const lead = await hire(database.db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  const deputy = await hire(database.db, '卫平', { posts: ['manager'], rank: 'supervisor' })
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  const fang = await appointChief(database.db, clock.now())
  await hr.post(`${PLAN}/opening`)
  await leadDecember(hr, { lead, deputy })
  await hr.post(`${PLAN}/cells`, { changes: `2026-12-03 ${mei} service` })
  const need = { night: '2026-12-24', post: 'service', heads: '2', reason: 'Christmas Eve is quiet' }
  await hr.post('/roster/needs/2026-12', need)
  expect((await hr.get('/roster/print/2026-12')).status).toBe(404)
  await hr.post(`${PLAN}/publication`, { reason: 'x', leader: fang })
})

test('row 20: everybody may print a published month: a line a night with names, and the gaps with their reasons below it', async () => {
  const agent = await signedIn(house, mei, 'en')
  expect((await agent.get('/roster?month=2026-12')).html).toContain('/roster/print/2026-12')
  const { status, html } = await agent.get('/roster/print/2026-12')
  expect(status).toBe(200)
  expect(html.match(/class="lacks"/g)?.length).toBe(3 * 31)
  expect(html).toContain('Christmas Eve is quiet')
  expect(html).toContain('version 1')
  expect(html).not.toContain('style=')
})

test('what HR has open and not published is not on paper', async () => {
  await hr.post(`${PLAN}/cells`, { changes: `2026-12-03 ${mei} -;2026-12-05 ${mei} service` })
  const { html } = await hr.get('/roster/print/2026-12')
  const line = (day: string) => new RegExp(`Dec ${day}|${day} Dec`).test(html)
  expect(line('3')).toBe(true)
  const row = html.split('<tr').find((one) => /(Dec 3|3 Dec)/.test(one)) ?? ''
  expect(row).toContain('林玫')
})
