import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { keepNight } from '../../server/reports/periods/actions.ts'
import { gather } from '../../server/reports/periods/gathering.ts'
import { listUncounted } from '../../server/reports/periods/queries.ts'
import { WHOLE } from '../../server/reports/periods/rules.ts'
import { sendReport } from '../../server/reports/subscriptions/letters.ts'
import { listDueReports } from '../../server/reports/subscriptions/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, roster } from '../support/people.ts'
import { rated } from '../support/ratings.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const ZONE = 'Asia/Shanghai'
const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let hr: Browser
let xu: StaffId
let mei: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  xu = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  hr = await signedIn(house, xu)
})

const keep = (night: string) => house.deps.transact(system, (tx) => keepNight(tx, night, ZONE))
const reportOf = (from: string, to = from) =>
  gather({ db: database.db, now: clock.now(), zone: ZONE }, { from, to, grain: 'day', slice: WHOLE })
const place = { publicUrl: 'http://127.0.0.1:3000', zone: ZONE }
const due = () => listDueReports(database.db, clock.now(), 10)
const sendDue = async () => {
  for (const { id } of await due()) await house.deps.transact(system, (tx) => sendReport(tx, id as never, place))
}
const letters = () => database.db.selectFrom('outgoing_mails').selectAll().where('kind', '=', 'report').execute()

test('an empty house has a page, and a sheet with its head', async () => {
  expect((await hr.get('/reports')).html).toContain('这些夜里没有记录')
  expect((await hr.get('/reports/nights.csv')).html).toContain('来询')
  const agent = await signedIn(house, mei)
  expect((await agent.get('/reports')).status).toBe(403)
})

test('a night that is kept says the same as its records, however often it is counted, and knows what came late', async () => {
  await rated(database.db, { staffId: mei, givenAt: '2026-11-20T01:30:00+08:00' })
  await rated(database.db, { staffId: mei, givenAt: '2026-11-19T23:30:00+08:00', channel: 'phone' })
  await rated(database.db, { staffId: mei, givenAt: '2026-11-20T12:00:00+08:00' })
  await roster(database.db, mei, 'service', {
    from: '2026-11-19T22:00:00+08:00',
    to: '2026-11-20T06:00:00+08:00',
    night: '2026-11-19',
  })
  const live = await reportOf('2026-11-19')
  expect(live.sums).toMatchObject({ asked: 2, resolved: 2, shifts: 1, absent: 1 })
  await Promise.all([keep('2026-11-19'), keep('2026-11-19')])
  await keep('2026-11-19')
  expect(await reportOf('2026-11-19')).toEqual(live)
  await database.db.updateTable('tickets').set({ round: 2 }).where('channel', '=', 'phone').execute()
  await keep('2026-11-19')
  expect((await reportOf('2026-11-19')).sums.reopened).toBe(1)
})

test('each night that is over is due once, and once a day again for a week', async () => {
  await rated(database.db, { staffId: mei, givenAt: '2026-11-01T01:30:00+08:00' })
  const uncounted = async () => (await listUncounted(database.db, clock.now(), 200, ZONE)).map(({ id }) => id)
  expect(await uncounted()).toHaveLength(23)
  for (const night of await uncounted()) await keep(night)
  expect(await uncounted()).toEqual([])
  expect((await hr.get('/reports?from=2026-10-31&to=2026-11-23')).html).not.toContain('正在统计')
  clock.forward({ hours: 25 })
  expect(await uncounted()).toHaveLength(7)
})

test('nights that nobody has counted yet are said to be missing, not taken for empty', async () => {
  await rated(database.db, { staffId: mei, givenAt: '2026-11-01T01:30:00+08:00' })
  expect((await hr.get('/reports?from=2026-10-31&to=2026-11-23')).html).toContain('还有 22 夜正在统计')
})

test('filters stand in the address, and what is none is refused', async () => {
  await rated(database.db, { staffId: mei })
  expect((await hr.get('/reports?from=2026-11-23&to=2026-11-23&of=channel:web')).html).toContain('<svg class="chart"')
  expect((await hr.get('/reports?from=2026-11-23&to=2026-11-23&of=channel:phone')).html).toContain('这些夜里没有记录')
  expect((await hr.get('/reports?from=2026-11-23&to=2026-11-01')).status).toBe(422)
  for (const bad of ['of=channel:fax', 'of=staff:3', 'from=2026-13-01', 'x=1'])
    expect((await hr.get(`/reports?${bad}`)).status, bad).toBe(400)
  const xlsx = await hr.get('/reports/nights.xlsx?from=2026-11-01&to=2026-11-23')
  expect(xlsx.headers.get('content-type')).toContain('spreadsheetml')
})

test('a report that somebody wants comes by mail once each time, narrowed as they chose, and ends when they say so', async () => {
  await database.db.updateTable('staff').set({ email: 'xu@example.com' }).where('id', '=', xu).execute()
  await rated(database.db, { staffId: mei })
  const want = () =>
    hr.post('/reports/subscriptions', { period: 'night', of: 'channel:web', back: '/reports?of=channel:web' })
  expect((await want()).location).toBe('/reports?of=channel:web#mail')
  await want()
  expect(await due()).toEqual([])
  clock.set('2026-11-24T07:30:00+08:00')
  await sendDue()
  await sendDue()
  const [letter, ...more] = await letters()
  expect(more).toEqual([])
  expect(letter).toMatchObject({
    recipient: 'xu@example.com',
    link: 'http://127.0.0.1:3000/reports?from=2026-11-23&to=2026-11-23&of=channel%3Aweb',
  })
  expect(letter?.text).toContain('客户来询: 1')
  clock.set('2026-11-27T21:00:00+08:00')
  await sendDue()
  expect(await letters()).toHaveLength(1)
  hr = await signedIn(house, xu)
  const { id } = await database.db.selectFrom('report_subscriptions').select('id').executeTakeFirstOrThrow()
  const stranger = await signedIn(house, await hire(database.db, '高岚', { roles: ['leadership'], posts: [] }))
  await stranger.post(`/reports/subscriptions/${id}/end`, { back: 'https://evil.example' })
  expect(await database.db.selectFrom('report_subscriptions').selectAll().execute()).toHaveLength(1)
  expect((await hr.post(`/reports/subscriptions/${id}/end`, { back: 'https://evil.example' })).location).toBe(
    '/reports#mail',
  )
  expect(await database.db.selectFrom('report_subscriptions').selectAll().execute()).toEqual([])
})

test('whoever may not read reports any more gets none', async () => {
  await hr.post('/reports/subscriptions', { period: 'night', of: '', back: '/reports' })
  await database.db.updateTable('staff').set({ standing_roles: [] }).where('id', '=', xu).execute()
  clock.set('2026-11-24T07:31:00+08:00')
  await sendDue()
  expect(await letters()).toEqual([])
  expect(await database.db.selectFrom('report_subscriptions').selectAll().execute()).toEqual([])
})
