import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { throughPages } from '../support/lists.ts'
import { hire, welcome } from '../support/people.ts'
import { rated } from '../support/ratings.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let hr: Browser
let leader: Browser
let mei: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }))
  leader = await signedIn(house, await hire(database.db, '高岚', { roles: ['leadership'], posts: [] }), 'en')
})

test('without any rating the page says so, and the sheets have their head', async () => {
  expect((await hr.get('/satisfaction')).html).toContain('这些天没有评价')
  const csv = await hr.get('/satisfaction/groups.csv')
  expect(csv.headers.get('content-type')).toContain('text/csv')
  expect(csv.html.trim().split('\r\n')).toHaveLength(2)
})

test('one rating, and all fives, are shown with the honest interval; nobody is called worse below 20', async () => {
  await rated(database.db, { staffId: mei, service: 1, product: 5 })
  const page = (await hr.get('/satisfaction')).html
  expect(page).toContain('<svg class="chart"')
  expect(page).toContain('不足 20 条')
  expect(page).not.toContain('偏低：谈一谈')
  for (let n = 0; n < 3; n++) await rated(database.db, { staffId: mei, service: 5 })
  await database.db.deleteFrom('ratings').where('service', '=', 1).execute()
  expect((await hr.get('/satisfaction')).html).toContain('44 %–100 %')
})

test('whoever is far below the others with 20 ratings or more is named to HR, and to nobody else', async () => {
  const song = await hire(database.db, '宋词')
  for (let n = 0; n < 80; n++) await rated(database.db, { staffId: mei, service: n % 10 === 0 ? 4 : 5 })
  for (let n = 0; n < 24; n++) await rated(database.db, { staffId: song, service: n % 2 ? 1 : 3, comment: '太慢了' })
  expect((await hr.get('/satisfaction')).html).toContain('偏低：谈一谈')
  const group = (await leader.get('/satisfaction')).html
  expect(group).toContain('Satisfaction')
  for (const secret of ['宋词', '太慢了', 'Who really differs']) expect(group).not.toContain(secret)
  expect((await leader.get('/satisfaction/ratings.csv')).status).toBe(403)
  expect((await leader.get('/satisfaction/groups.xlsx')).status).toBe(200)
})

test('what customers wrote is masked, on the page and in the sheet, and an erased customer leaves the marks', async () => {
  const { customerId } = await welcome(database.db, '苏晴')
  const { ratingId } = await rated(database.db, { staffId: mei, customerId, comment: '我是苏晴，电话13812340041' })
  for (const path of ['/satisfaction', '/satisfaction/ratings.csv', `/ratings/${ratingId}`]) {
    const { html } = await hr.get(path)
    expect(html, path).not.toContain('苏晴')
    expect(html, path).not.toContain('13812340041')
    expect(html, path).toContain('苏*')
  }
  await database.db.updateTable('ratings').set({ comment: '\u{FDD0}\u{FDD1}' }).execute()
  await database.db.updateTable('customers').set({ name: '\u{FDD0}\u{FDD1}' }).execute()
  expect((await hr.get('/satisfaction')).html).toContain('已删除')
  expect((await hr.get('/satisfaction/ratings.csv')).html).not.toContain('\u{FDD0}')
})

test('the sheet of ratings says when each was given by the company’s clock', async () => {
  await rated(database.db, { staffId: mei, givenAt: '2026-11-22T17:05:00Z' })
  expect((await hr.get('/satisfaction/ratings.csv')).html).toContain(',2026-11-23 01:05,')
})

test('words and what was left out are the newest first over any stretch, also those of half a year ago, each once', async () => {
  for (const [comment, givenAt] of [
    ['去年的话', '2025-12-03T01:00:00+08:00'],
    ['春天的话', '2026-05-03T01:00:00+08:00'],
    ['十月的话', '2026-10-03T01:00:00+08:00'],
    ['昨夜的话', '2026-11-23T01:00:00+08:00'],
  ] as const)
    await rated(database.db, { staffId: mei, service: 2, comment, givenAt, reasons: ['price'] })
  const { html } = await hr.get('/satisfaction?from=2026-01-01&to=2026-11-24')
  const shown = [...html.matchAll(/去年的话|春天的话|十月的话|昨夜的话/g)].map(([words]) => words)
  expect(shown).toEqual(['昨夜的话', '十月的话', '春天的话'])
  expect(html.split('href="/ratings/').length - 1).toBeGreaterThanOrEqual(3)
})

test('the lists of words and of what is left out go back page by page, each rating once, with the filters in the address', async () => {
  const { customerId } = await welcome(database.db, '苏晴')
  for (let n = 0; n < 90; n++)
    await rated(database.db, {
      staffId: mei,
      service: 3,
      comment: `苏晴第 ${n} 句`,
      reasons: ['price'],
      channel: n % 3 ? 'phone' : 'web',
      // Two at each instant, so that a page may end between them; over two years.
      givenAt: new Date(Date.parse('2026-11-23T01:00:00+08:00') - Math.floor(n / 2) * 16 * 86_400_000).toISOString(),
      ...(n % 7 ? {} : { customerId }),
    })
  for (const list of ['words', 'excluded']) {
    const address = `/satisfaction/${list}?from=2024-11-25&to=2026-11-24&channel=phone`
    expect((await hr.get(address)).html).not.toContain('苏晴')
    const seen = await throughPages(hr, address, /href="\/ratings\/(\d+)"/g)
    const order = (
      await database.db.selectFrom('ratings').select('id').orderBy('given_at', 'desc').orderBy('id', 'desc').execute()
    ).map(({ id }) => Number(id))
    expect(new Set(seen).size, list).toBe(60)
    expect(seen, list).toHaveLength(60)
    expect(seen.map(Number), list).toEqual(seen.map(Number).toSorted((a, b) => order.indexOf(a) - order.indexOf(b)))
    for (const bad of ['before=x', 'before=1&before=2', 'before=', 'more=1'])
      expect((await hr.get(`/satisfaction/${list}?${bad}`)).status, bad).toBe(400)
    expect((await hr.get(`/satisfaction/${list}?before=999999999`)).html).toContain('这些天里没有更早的')
    expect((await leader.get(`/satisfaction/${list}`)).status).toBe(403)
  }
  const page = (await hr.get('/satisfaction?from=2024-11-25&to=2026-11-24&channel=phone')).html
  expect(page.match(/href="\/ratings\/\d+"/g)).toHaveLength(24)
  expect(page).toContain('/satisfaction/words?from&#x3D;2024-11-25&amp;to&#x3D;2026-11-24&amp;channel&#x3D;phone')
})

test('contests that were settled go back page by page; those that wait stand on the first page, all of them', async () => {
  const judge = await hire(database.db, '许晴', { roles: ['hr'], posts: [] })
  for (let n = 0; n < 145; n++) {
    const { ratingId } = await rated(database.db, { staffId: mei, service: 1 })
    const open = n < 3
    await database.db
      .insertInto('rating_contests')
      .values({
        rating_id: ratingId,
        staff_id: mei,
        ground: 'other',
        words: '不是我',
        contested_at: clock.now(),
        state: open ? 'open' : 'counted',
        decided_by: open ? null : judge,
        // Ten in the same instant.
        decided_at: open ? null : new Date(clock.now().getTime() - Math.floor(n / 10) * 60_000),
        why: '',
      })
      .execute()
  }
  const seen = await throughPages(hr, '/ratings/contests', /href="\/ratings\/(\d+)"/g)
  expect(seen).toHaveLength(145)
  expect(new Set(seen).size).toBe(145)
  expect((await hr.get('/ratings/contests?before=x')).status).toBe(400)
  expect((await hr.get('/ratings/contests')).html.split('data-tone="lamp">待').length - 1).toBeLessThanOrEqual(3)
})

test('filters live in the address; days the wrong way round are refused in words and kept as typed', async () => {
  await rated(database.db, { staffId: mei, channel: 'phone' })
  expect((await hr.get('/satisfaction?channel=web')).html).toContain('这些天没有评价')
  expect((await hr.get('/satisfaction?channel=phone&from=2026-11-01&to=2026-11-30')).html).toContain('<svg')
  const refused = await hr.get('/satisfaction?from=2026-11-20&to=2026-11-01')
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('结束日期早于开始日期')
  expect(refused.html).toContain('value="2026-11-20"')
  for (const bad of ['?channel=fax', '?from=yesterday', '?department=x', '?more=1', '?from=2026-11-01&from=2026-11-02'])
    expect((await hr.get(`/satisfaction${bad}`)).status, bad).toBe(400)
})

test('over two years the days and the months are told with their year', async () => {
  for (const year of [2025, 2026]) await rated(database.db, { staffId: mei, givenAt: `${year}-03-05T01:00:00+08:00` })
  const { html } = await hr.get('/satisfaction?from=2024-11-25&to=2026-11-24')
  expect(html).toContain('<p class="faint tiny cut">2024-11-25 – 2026-11-24</p>')
  for (const month of ['2025-03', '2026-03']) expect(html).toContain(`<th scope="row">${month}</th>`)
  expect((await hr.get('/reports?from=2025-11-25&to=2026-11-23')).html).toContain('2025-11-25 – 2026-11-23')
})

test('an agent sees their own, contests it without a script, and HR decides; a stranger finds nothing there', async () => {
  const { ratingId } = await rated(database.db, { staffId: mei, service: 1 })
  const agent = await signedIn(house, mei)
  expect((await agent.get('/ratings')).html).toContain(`/ratings/${ratingId}`)
  expect((await agent.get('/satisfaction')).status).toBe(403)
  const typed = await agent.post(`/ratings/${ratingId}/contest`, { ground: 'other', words: '' })
  expect(typed.status).toBe(422)
  expect((await agent.post(`/ratings/${ratingId}/contest`, { ground: 'wrong_agent', words: '不是我' })).status).toBe(
    303,
  )
  const stranger = await signedIn(house, await hire(database.db, '江月'))
  expect((await stranger.get(`/ratings/${ratingId}`)).status).toBe(404)
  expect((await stranger.post(`/ratings/${ratingId}/contest`, { ground: 'price', words: '' })).status).toBe(404)
  expect((await hr.get('/ratings/contests')).html).toContain('不是我')
  const { id } = await database.db.selectFrom('rating_contests').select('id').executeTakeFirstOrThrow()
  const decide = (who: Browser, fields: Record<string, string>) => who.post(`/ratings/contests/${id}/decision`, fields)
  expect((await decide(agent, { outcome: 'excluded', reason: 'wrong_agent', why: 'x' })).status).toBe(403)
  expect((await decide(hr, { outcome: 'excluded', reason: 'duplicate_', why: 'x' })).status).toBe(400)
  expect((await decide(hr, { outcome: 'excluded', reason: 'wrong_agent', why: '' })).status).toBe(422)
  expect((await decide(hr, { outcome: 'excluded', reason: 'wrong_agent', why: '确实是别人' })).status).toBe(303)
  expect((await agent.get(`/ratings/${ratingId}`)).html).toContain('确实是别人')
  expect((await hr.get('/satisfaction')).html).toContain('评的是别人')
})
