import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire, welcome } from '../support/people.ts'
import { rated } from '../support/ratings.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let hr: Browser
let leader: Browser
let mei: StaffId

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
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
