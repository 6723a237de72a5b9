import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { readFacts } from '../../../server/roster/months/facts/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { PLAN } from '../../support/december.ts'
import { testHouse } from '../../support/house.ts'
import { hire } from '../../support/people.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let hr: Browser
let mei: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), 'en')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
})

const open = () => hr.post(`${PLAN}/opening`)
const cells = (changes: string) => hr.post(`${PLAN}/cells`, { changes }, { htmx: true })

test('what HR knows of a person stays with HR: others read that they are not available, and no more', async () => {
  await open()
  const known = {
    birthDate: '2009-03-01',
    sex: 'female',
    protectedFrom: '',
    protectedTo: '',
    trainedUntil: '2027-12-31',
    mostNights: '',
  }
  expect((await hr.post(`/roster/people/${mei}`, known)).status).toBe(303)
  const { html } = await cells(`2026-12-03 ${mei} service`)
  expect(html).toContain('Not available at night')
  expect(html).not.toContain('2009')
  const agent = await signedIn(house, mei)
  expect((await agent.get('/roster/people')).status).toBe(403)
  const payloads = await database.db.selectFrom('events').select('payload').execute()
  expect(JSON.stringify(payloads)).not.toContain('2009')
})

test('whoever is grown, or was protected in another month, counts among those who are there all month', async () => {
  const facts = async () =>
    (await readFacts(database.db, '2026-12', { now: clock.now(), zone: 'Asia/Shanghai' })).people.find(
      ({ id }) => id === mei,
    )
  const know = (more: Record<string, string>) =>
    hr.post(`/roster/people/${mei}`, {
      ...{ birthDate: '1990-03-01', sex: '', trainedUntil: '', mostNights: '' },
      ...{ protectedFrom: '2026-08-01', protectedTo: '2026-11-30', ...more },
    })
  expect((await know({})).status).toBe(303)
  expect((await facts())?.availableAllMonth).toBe(true)
  await know({ protectedTo: '2026-12-01' })
  expect((await facts())?.availableAllMonth).toBe(false)
  await know({ birthDate: '2009-03-01' })
  expect((await facts())?.availableAllMonth).toBe(false)
})

test('H5: whoever is protected only after the roster stands is named to HR with each night that somebody else must take, and to nobody else', async () => {
  const stands = { post: 'service' as const, kind: 'night' as const, created_at: clock.now() }
  for (const [night, next] of [
    ['2026-12-03', '2026-12-04'],
    ['2026-12-20', '2026-12-21'],
  ] as const)
    await database.db
      .insertInto('shifts')
      .values({ ...stands, staff_id: mei, during: `[${night}T22:00:00+08:00,${next}T06:00:00+08:00)`, night })
      .execute()
  const known = { birthDate: '', sex: '', protectedFrom: '', protectedTo: '', trainedUntil: '', mostNights: '' }
  const page = async () => (await hr.get('/roster/people?month=2026-12')).html
  expect(await page()).not.toContain('href="/roster?night=2026-12-03"')
  await hr.post(`/roster/people/${mei}`, { ...known, protectedFrom: '2026-12-10', protectedTo: '2027-06-30' })
  expect(await page()).toContain('href="/roster?night=2026-12-20"')
  expect(await page()).not.toContain('href="/roster?night=2026-12-03"')
  await hr.post(`/roster/people/${mei}`, { ...known, birthDate: '2009-03-01' })
  expect(await page()).toContain('href="/roster?night=2026-12-03"')
  await hr.post(`/roster/people/${mei}`, { ...known, trainedUntil: '2026-12-05' })
  expect(await page()).not.toContain('href="/roster?night=2026-12-03"')
  expect(await page()).toContain('href="/roster?night=2026-12-20"')
  await hr.post(`/roster/people/${mei}`, known)
  expect(await page()).not.toContain('href="/roster?night=2026-12-20"')
})

test('leave is said once for each day, and bars its nights', async () => {
  await open()
  expect((await hr.post(`/roster/people/${mei}/leave`, { firstDay: '2026-12-03', lastDay: '2026-12-05' })).status).toBe(
    303,
  )
  expect(
    (await hr.post(`/roster/people/${mei}/leave`, { firstDay: '2026-12-05', lastDay: '2026-12-06' })).html,
  ).toContain('leave on these days already')
  expect(
    (await hr.post(`/roster/people/${mei}/leave`, { firstDay: '2026-12-09', lastDay: '2026-12-08' })).html,
  ).toContain('before the first')
  expect((await cells(`2026-12-04 ${mei} service`)).html).toContain('on approved leave')
})

test('what HR enters about a person comes back to their row in the month that it came from, and the list finds whom one looks for', async () => {
  const known = { birthDate: '', sex: '', protectedFrom: '', protectedTo: '', trainedUntil: '', mostNights: '5' }
  const { location } = await hr.post(`/roster/people/${mei}`, { ...known, month: '2026-12' })
  expect(location).toBe(`/roster/people?month=2026-12&open=${mei}#person-${mei}`)
  const { html } = await hr.get(location?.split('#')[0] ?? '')
  expect(html).toMatch(new RegExp(`id="person-${mei}"><details class="roster-shift" open`))
  expect((await hr.get('/roster/people?who=nobody%20at%20all')).html).toContain('Nobody with a post is called so')
  const guards = (await hr.get('/roster/people?post=guard')).html
  expect(guards).not.toContain(`person-${mei}"`)
  expect((await hr.get(`/roster/people?post=service&who=${encodeURIComponent('林玫')}`)).html).toContain(
    `person-${mei}"`,
  )
})

test('whoever has no post is told that no roster places them, instead of thirty nights to wish for', async () => {
  expect((await hr.get('/roster/wishes?month=2026-12')).html).toContain('You have no post')
})

test('fewer heads than usual want a reason, and with one the night lacks nobody unexplained', async () => {
  const need = { night: '2026-12-24', post: 'service', heads: '2', reason: '' }
  expect((await hr.post('/roster/needs/2026-12', need)).html).toContain('wants a reason')
  expect((await hr.post('/roster/needs/2026-12', { ...need, reason: 'Christmas Eve is quiet' })).status).toBe(303)
  expect((await hr.get('/roster/needs/2026-12')).html).toContain('Christmas Eve is quiet')
  expect((await (await signedIn(house, mei, 'en')).get('/roster/needs/2026-12')).status).toBe(403)
})

test('everybody wishes for themselves, for nights that are not published yet', async () => {
  const agent = await signedIn(house, mei, 'en')
  expect((await agent.post('/roster/wishes', { night: '2026-12-24', wish: 'avoid' })).status).toBe(303)
  expect((await agent.get('/roster/wishes?month=2026-12')).html).toMatch(/aria-pressed="true">rather not/)
  expect((await agent.post('/roster/wishes', { night: '2026-11-20', wish: 'want' })).status).toBe(422)
  await open()
  await cells(`2026-12-24 ${mei} service`)
  expect((await hr.get(PLAN)).html).toContain('Would rather not stand')
})

test('the pages beside the roster lead back to it, and a limit that HR has set is read in the list', async () => {
  const agent = await signedIn(house, mei, 'en')
  for (const page of ['/roster/fairness', '/roster/wishes?month=2026-12', '/roster/calendar'])
    expect((await agent.get(page)).html, page).toMatch(/<a class="back" href="\/roster(\?month=2026-12)?">/)
  const wished = await agent.post('/roster/wishes', { night: '2026-12-20', wish: 'want' })
  const [, night = ''] = (wished.location ?? '').split('#')
  expect((await agent.get('/roster/wishes?month=2026-12')).html).toContain(`id="${night || 'none'}"`)
  const badge = /<span class="badge" data-tone="quiet">[^<]*<span class="num">5<\/span>/
  expect((await hr.get('/roster/people')).html).not.toMatch(badge)
  const days = { birthDate: '', protectedFrom: '', protectedTo: '', trainedUntil: '' }
  await hr.post(`/roster/people/${mei}`, { ...days, sex: '', mostNights: '5' })
  expect((await hr.get('/roster/people')).html).toMatch(badge)
})
