import { describe, expect, test } from 'vitest'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { administratorSignedIn, changesIn, eventsIn, said } from '../support/settings.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const here = administratorSignedIn({ database, house, clock })

describe('allowed sites', () => {
  const asked = (origin: string) => house.app.request('/api/v1/desk', { headers: { origin } })
  const shop = 'https://shop.example.com'

  test('a site is let in and shut out again at once', async () => {
    expect((await asked(shop)).status).toBe(403)
    expect((await here.admin.post('/settings/sites', { origin: ' https://Shop.example.com/ ' })).location).toBe(
      '/settings/sites',
    )
    const open = await asked(shop)
    expect([open.status, open.headers.get('access-control-allow-origin')]).toEqual([200, shop])
    const page = await here.admin.get('/settings/sites')
    expect(said(page.html)).toContain(`${shop} allowed by 兰芝, 02:14`)
    const id = /\/settings\/sites\/(\d+)\/removal/.exec(page.html)?.[1]
    expect((await here.admin.post(`/settings/sites/${id}/removal`)).status).toBe(303)
    expect((await here.admin.post(`/settings/sites/${id}/removal`)).status).toBe(303)
    expect((await asked(shop)).status).toBe(403)
    expect((await changesIn(database.db)).map(({ subject, old, new: now }) => [subject, old, now])).toEqual([
      [`site:${id}`, null, { origin: shop }],
      [`site:${id}`, { origin: shop }, null],
    ])
    expect((await eventsIn(database.db, 'site.allowed')).map(({ payload }) => payload.siteId)).toEqual([id])
    expect(said((await here.admin.get('/settings/history')).html)).toContain(`Allowed site none ${shop} 兰芝`)
  })

  test.each([
    ['http://shop.example.com', 'An address that begins with https://'],
    ['https://shop.example.com/help', 'without what follows the name: https://shop.example.com'],
  ])('%s is refused under the field, and stays in it', async (origin, words) => {
    const answer = await here.admin.post('/settings/sites', { origin })
    expect([answer.status, answer.html.includes(`value="${origin}"`)]).toEqual([422, true])
    expect(said(answer.html)).toContain(words)
  })

  test('one that is allowed already is said to be', async () => {
    await here.admin.post('/settings/sites', { origin: shop })
    expect(said((await here.admin.post('/settings/sites', { origin: shop })).html)).toContain(
      'This site is allowed already.',
    )
  })
})
