import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listCoverGaps } from '../../server/roster/feeds/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire, putOnPost } from '../support/people.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let mei: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  const id = await hire(database.db, '林玫')
  await putOnPost(database.db, id)
  mei = await signedIn(house, id, 'en')
})

const linkIn = (html: string): string => /\/roster\/feed\/[A-Za-z0-9_-]{43}\.ics/.exec(html)?.[0] ?? ''

test('row 21: one’s own shifts are a calendar by a private link, in instants, until the link is made anew or ended', async () => {
  const link = linkIn((await mei.post('/roster/calendar')).html)
  const feed = await house.app.request(link)
  expect(feed.status).toBe(200)
  expect(feed.headers.get('content-type')).toContain('text/calendar')
  const text = await feed.text()
  expect(text).toContain('BEGIN:VEVENT')
  expect(text).toMatch(/DTSTART:\d{8}T\d{6}Z/)
  expect((await mei.get('/roster/calendar')).html).not.toContain(link)
  const second = linkIn((await mei.post('/roster/calendar')).html)
  expect((await house.app.request(link)).status).toBe(404)
  expect((await house.app.request(second)).status).toBe(200)
  await mei.post('/roster/calendar/removal')
  expect((await house.app.request(second)).status).toBe(404)
  expect((await house.app.request('/roster/feed/made-up.ics')).status).toBe(404)
})

test('row 20: nights that lack somebody are named before they come', async () => {
  const heads = { manager: 0, service: 2, technician: 0, guard: 0 }
  const gaps = await listCoverGaps(database.db, { from: '2026-11-23', to: '2026-11-24', heads })
  expect(gaps).toEqual([
    { night: '2026-11-23', post: 'service', count: 1, reason: null },
    { night: '2026-11-24', post: 'service', count: 2, reason: null },
  ])
})
