import { beforeEach, describe, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { changesIn, eventsIn, said } from '../support/settings.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let lan: StaffId
let admin: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
  lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
  admin = await signedIn(house, lan, 'en')
})

describe('allowed sites', () => {
  const asked = (origin: string) => house.app.request('/api/v1/desk', { headers: { origin } })
  const shop = 'https://shop.example.com'

  test('a site is let in and shut out again at once', async () => {
    expect((await asked(shop)).status).toBe(403)
    expect((await admin.post('/settings/sites', { origin: ' https://Shop.example.com/ ' })).location).toBe(
      '/settings/sites',
    )
    const open = await asked(shop)
    expect([open.status, open.headers.get('access-control-allow-origin')]).toEqual([200, shop])
    const page = await admin.get('/settings/sites')
    expect(said(page.html)).toContain(`${shop} allowed by 兰芝, 02:14`)
    const id = /\/settings\/sites\/(\d+)\/removal/.exec(page.html)?.[1]
    expect((await admin.post(`/settings/sites/${id}/removal`)).status).toBe(303)
    expect((await admin.post(`/settings/sites/${id}/removal`)).status).toBe(303)
    expect((await asked(shop)).status).toBe(403)
    expect((await changesIn(database.db)).map(({ subject, old, new: now }) => [subject, old, now])).toEqual([
      [`site:${id}`, null, { origin: shop }],
      [`site:${id}`, { origin: shop }, null],
    ])
    expect((await eventsIn(database.db, 'site.allowed')).map(({ payload }) => payload.siteId)).toEqual([id])
    expect(said((await admin.get('/settings/history')).html)).toContain(`Allowed site none ${shop} 兰芝`)
  })

  test.each([
    ['http://shop.example.com', 'An address that begins with https://'],
    ['https://shop.example.com/help', 'without what follows the name: https://shop.example.com'],
  ])('%s is refused under the field, and stays in it', async (origin, words) => {
    const answer = await admin.post('/settings/sites', { origin })
    expect([answer.status, answer.html.includes(`value="${origin}"`)]).toEqual([422, true])
    expect(said(answer.html)).toContain(words)
  })

  test('one that is allowed already is said to be', async () => {
    await admin.post('/settings/sites', { origin: shop })
    expect(said((await admin.post('/settings/sites', { origin: shop })).html)).toContain(
      'This site is allowed already.',
    )
  })
})
