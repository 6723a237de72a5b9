import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { appointChief, hire, roster, train } from '../support/people.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let hr: Browser
let mei: StaffId
let zhou: StaffId
let gao: StaffId
let fang: StaffId

const night = (day: number) => {
  const two = (n: number): string => String(n).padStart(2, '0')
  return {
    from: `2026-12-${two(day)}T22:00:00+08:00`,
    to: `2026-12-${two(day + 1)}T06:00:00+08:00`,
    night: `2026-12-${two(day)}`,
  }
}

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set('2026-11-24T10:00:00+08:00')
  mei = await hire(database.db, '林玫', { posts: ['service', 'guard'] })
  zhou = await hire(database.db, '周启明', { rank: 'supervisor', posts: ['manager'] })
  gao = await hire(database.db, '高岚', { posts: ['service'] })
  fang = await appointChief(database.db, clock.now())
  await train(database.db)
  for (const day of [7, 9, 11, 12]) await roster(database.db, zhou, 'manager', night(day))
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), 'en')
})

const put = (staff: StaffId, day: number, more: Record<string, string> = {}) =>
  hr.post('/roster/shifts', { staff, post: 'service', night: night(day).night, start: '22:00', end: '06:00', ...more })
const standing = async (staff: StaffId) =>
  (await database.db.selectFrom('shifts').select('night').where('staff_id', '=', staff).orderBy('night').execute()).map(
    (row) => row.night,
  )
const signed = () => database.db.selectFrom('roster_exceptions').selectAll().execute()
const leave = (staff: StaffId, first: string, last = first) =>
  database.db
    .insertInto('staff_leaves')
    .values({ staff_id: staff, first_day: first, last_day: last, made_by: fang, made_at: clock.now() })
    .execute()

test('row 3: a shift put in by hand that breaks hard rules is refused with each in the words of its clause', async () => {
  await roster(database.db, mei, 'service', night(9))
  await roster(database.db, mei, 'service', night(11))
  const { status, html } = await put(mei, 12)
  expect(status).toBe(422)
  expect(html).toContain('Too many nights within four.')
  expect(html).toContain('(rule H4)')
  expect(html).toContain('give the reason')
  expect(html).toContain('name="leader"')
  expect(html).toContain('高岚')
  expect(await standing(mei)).toEqual(['2026-12-09', '2026-12-11'])
  expect(await signed()).toEqual([])
})

test('row 3: with a reason and the name of a leader it stands, and who signed for what is read beside the night', async () => {
  await leave(mei, '2026-12-11')
  expect((await put(mei, 11)).html).toContain('Is on approved leave.')
  const unnamed = await put(mei, 11, { reason: 'She offered to come', leader: '' })
  expect(unnamed.status).toBe(422)
  expect(unnamed.html).toContain('name the leader')
  expect(unnamed.html).toContain('She offered to come')
  const wrong = await put(mei, 11, { reason: 'She offered to come', leader: gao })
  expect(wrong.html).toContain('not in the leadership group')
  expect(await standing(mei)).toEqual([])
  expect((await put(mei, 11, { reason: 'She offered to come', leader: fang })).status).toBe(303)
  expect(await standing(mei)).toEqual(['2026-12-11'])
  expect(await signed()).toMatchObject([
    { staff_id: mei, leader_id: fang, what: 'added', findings: [{ code: 'leave' }] },
  ])
  const page = await hr.get('/roster?night=2026-12-11')
  expect(page.html).toContain('breaks a rule')
  expect(page.html).toContain('方正: She offered to come')
  const agent = await signedIn(house, gao, 'en')
  expect((await agent.get('/roster?night=2026-12-11')).html).not.toContain('She offered to come')
})

test('row 5: without a 组长 nobody is put in by hand and no shift changes hands, and nobody signs for it', async () => {
  await roster(database.db, gao, 'service', night(9))
  await database.db.deleteFrom('leadership_members').execute()
  const { status, html } = await put(mei, 11, { reason: 'We need her', leader: fang })
  expect(status).toBe(422)
  expect(html).toContain('The leadership group has no head')
  expect(html).toContain('nobody can sign for it')
  expect(html).not.toContain('name="leader"')
  expect(await standing(mei)).toEqual([])
  const { id } = await database.db
    .selectFrom('shifts')
    .select('id')
    .where('staff_id', '=', gao)
    .executeTakeFirstOrThrow()
  const changed = await hr.post(`/roster/shifts/${id}`, { staff: mei, post: 'service', reason: 'x', leader: fang })
  expect(changed.status).toBe(422)
  expect(changed.html).toContain('The leadership group has no head')
  expect(await standing(mei)).toEqual([])
})

test('row 3: a change by hand is judged for whoever comes: rest, training, protection and nights in a week', async () => {
  await roster(database.db, mei, 'service', night(11))
  const id = (await database.db.selectFrom('shifts').select('id').where('staff_id', '=', mei).executeTakeFirstOrThrow())
    .id
  await database.db
    .updateTable('staff_planning')
    .set({ trained_until: '2026-12-01', protected_from: '2026-12-01', protected_to: '2026-12-31' })
    .where('staff_id', '=', gao)
    .execute()
  await roster(database.db, gao, 'service', {
    from: '2026-12-11T10:00:00+08:00',
    to: '2026-12-11T18:00:00+08:00',
    night: '2026-12-11',
  })
  await database.db.updateTable('shifts').set({ kind: 'day' }).where('staff_id', '=', gao).execute()
  const refused = await hr.post(`/roster/shifts/${id}`, { staff: gao, post: 'service' })
  expect(refused.status).toBe(422)
  for (const words of ['no valid training', 'Not available at night.', 'Too little rest between two duties.'])
    expect(refused.html).toContain(words)
  expect(refused.html).not.toMatch(/protected|pregnan|birth/i)
  const done = await hr.post(`/roster/shifts/${id}`, {
    staff: gao,
    post: 'service',
    reason: 'Nobody else',
    leader: fang,
  })
  expect(done.status).toBe(303)
  expect(await signed()).toMatchObject([{ what: 'changed', staff_id: gao }])
})

test('row 3: the day desk is judged as well: a late day before a night is too little rest, and leave is leave', async () => {
  await roster(database.db, mei, 'service', night(11))
  await roster(database.db, zhou, 'manager', {
    from: '2026-12-11T06:00:00+08:00',
    to: '2026-12-11T14:00:00+08:00',
    night: '2026-12-11',
  })
  await database.db
    .updateTable('shifts')
    .set({ kind: 'day' })
    .where('night', '=', '2026-12-11')
    .where('post', '=', 'manager')
    .where('starts_at', '<', new Date('2026-12-11T12:00:00+08:00'))
    .execute()
  const tired = await put(mei, 11, { start: '06:00', end: '14:00' })
  expect(tired.status).toBe(422)
  expect(tired.html).toContain('Too little rest between two duties.')
  await leave(gao, '2026-12-11')
  expect((await put(gao, 11, { start: '06:00', end: '14:00' })).html).toContain('Is on approved leave.')
  await database.db.deleteFrom('staff_leaves').execute()
  expect((await put(gao, 11, { start: '06:00', end: '14:00' })).status).toBe(303)
})

test('leave over a shift that stands is refused with its nights, and the roster stays; who is ill is marked on it until somebody else has the shift', async () => {
  await roster(database.db, mei, 'service', night(11))
  const days = { firstDay: '2026-12-10', lastDay: '2026-12-12' }
  const refused = await hr.post(`/roster/people/${mei}/leave`, days)
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('A shift stands on these days (12-11)')
  expect(refused.html).toContain('name="despite"')
  expect(await database.db.selectFrom('staff_leaves').selectAll().execute()).toEqual([])
  expect((await hr.post(`/roster/people/${mei}/leave`, { ...days, despite: 'yes' })).status).toBe(303)
  expect(await standing(mei)).toEqual(['2026-12-11'])
  const { html } = await hr.get('/roster?night=2026-12-11')
  expect(html).toContain('Is on approved leave. (')
  const after = { firstDay: '2026-12-20', lastDay: '2026-12-21' }
  expect((await hr.post(`/roster/people/${mei}/leave`, after)).status).toBe(303)
})

test('hours of one’s own are judged by what they are: ten hours in one piece are over the law’s day', async () => {
  await database.db
    .updateTable('shifts')
    .set({ during: '[2026-12-11T20:00:00+08:00,2026-12-12T06:00:00+08:00)' })
    .where('night', '=', '2026-12-11')
    .execute()
  const long = await put(mei, 11, { start: '20:00', end: '06:00' })
  expect(long.status).toBe(422)
  expect(long.html).toContain('9.8 h of work in one duty; at most 8.')
})

test('rows 3 and 20: in a published month whoever is taken out leaves a gap that wants a reason and a leader', async () => {
  await roster(database.db, mei, 'service', night(11))
  await database.db
    .insertInto('roster_months')
    .values({ month: '2026-12', state: 'draft', opened_by: fang, opened_at: clock.now() })
    .execute()
  await database.db
    .insertInto('roster_versions')
    .values({
      month: '2026-12',
      version: 1,
      at: clock.now(),
      by: fang,
      why: 'published',
      late: false,
      findings: '[]',
      cells: JSON.stringify([
        ...[7, 9, 11, 12].map((day) => ({
          night: night(day).night,
          post: 'manager',
          staffId: zhou,
          backup: false,
          locked: false,
        })),
        { night: '2026-12-11', post: 'service', staffId: mei, backup: false, locked: false },
      ]),
    })
    .execute()
  await database.db.updateTable('roster_months').set({ state: 'published', version: 1 }).execute()
  const id = (await database.db.selectFrom('shifts').select('id').where('staff_id', '=', mei).executeTakeFirstOrThrow())
    .id
  const refused = await hr.post(`/roster/shifts/${id}/removal`)
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('are missing, without a reason')
  expect((await hr.post(`/roster/shifts/${id}/removal`, { reason: 'The line is closed', leader: fang })).status).toBe(
    303,
  )
  const versions = await database.db
    .selectFrom('roster_versions')
    .select(['version', 'reason', 'leader_id', 'findings'])
    .where('version', '=', 2)
    .execute()
  expect(versions).toMatchObject([
    { reason: 'The line is closed', leader_id: fang, findings: [{ code: 'heads_short' }] },
  ])
  const lead = (
    await database.db.selectFrom('shifts').select('id').where('night', '=', '2026-12-12').executeTakeFirstOrThrow()
  ).id
  const barred = await hr.post(`/roster/shifts/${lead}/removal`, { reason: 'x', leader: fang })
  expect(barred.status).toBe(422)
  expect(barred.html).toContain('Nobody leads this night.')
  expect(barred.html).not.toContain('name="leader"')
})
