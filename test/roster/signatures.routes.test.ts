import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { leadDecember, PLAN } from '../support/december.ts'
import { appointChief, hire, roster } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let hr: Browser
let leader: Browser
let xu: StaffId
let fang: StaffId
let mei: StaffId

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  xu = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  hr = await signedIn(house, xu, 'en')
  fang = await appointChief(database.db, clock.now())
  leader = await signedIn(house, fang, 'en')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
})

const MINE = '/roster/signatures'
async function planWhole(): Promise<void> {
  const lead = await hire(database.db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  const deputy = await hire(database.db, '卫平', { posts: ['manager'], rank: 'supervisor' })
  await leadDecember(hr, { lead, deputy })
}
const appoint = (staffId: StaffId) =>
  database.db
    .insertInto('leadership_members')
    .values({
      staff_id: staffId,
      chief: false,
      first_day: '2026-11-01',
      last_day: null,
      during: '[2026-11-01T00:00:00+08:00,)',
      appointed_at: clock.now(),
    })
    .execute()
/** December led and backed on every night, by two people for a whole month: that breaks rules. */
async function publish(): Promise<void> {
  await hr.post(`${PLAN}/opening`)
  await planWhole()
  const done = await hr.post(`${PLAN}/publication`, { reason: 'Two people for a month', leader: fang })
  expect(done.status).toBe(303)
}
/** She is on leave, and put in by hand all the same. */
async function byHand(): Promise<void> {
  const manager = await hire(database.db, '周启明', { rank: 'supervisor', posts: ['manager'] })
  const at = { from: '2026-12-07T22:00:00+08:00', to: '2026-12-08T06:00:00+08:00', night: '2026-12-07' }
  await roster(database.db, manager, 'manager', at)
  await database.db
    .insertInto('staff_leaves')
    .values({ staff_id: mei, first_day: at.night, last_day: at.night, made_by: xu, made_at: clock.now() })
    .execute()
  const fields = { staff: mei, post: 'service', night: at.night, start: '22:00', end: '06:00' }
  const done = await hr.post('/roster/shifts', { ...fields, reason: 'She offered to come', leader: fang })
  expect(done.status).toBe(303)
}
const signatures = () => database.db.selectFrom('roster_signatures').selectAll().orderBy('id').execute()
const told = async (what: string) =>
  (
    await database.db
      .selectFrom('notices as n')
      .innerJoin('notice_people as p', 'p.notice_id', 'n.id')
      .select('p.staff_id')
      .where('n.ref', 'like', `${what}:%`)
      .where('n.settled_at', 'is', null)
      .orderBy('p.staff_id')
      .execute()
  ).map(({ staff_id }) => staff_id)
const logged = async (name: string) =>
  (
    await database.db
      .selectFrom('events')
      .select('payload')
      .where('name', '=', name as never)
      .execute()
  ).length

test('row 3: a leader who is named for a published roster is told, reads what it breaks and why, and answers for it; nothing waits for that', async () => {
  await publish()
  expect(await database.db.selectFrom('shifts').select('id').limit(1).execute()).toHaveLength(1)
  await heard(house)
  expect(await told('signature')).toEqual([fang])
  expect((await leader.get('/duty')).html).toContain('You were named')
  const page = await leader.get(MINE)
  for (const words of [
    'Roster of December 2026, version 1',
    'Two people for a month',
    'Too many nights within four',
    '陈舟: ',
  ])
    expect(page.html).toContain(words)
  const [one] = await signatures()
  expect(one).toMatchObject({ leader_id: fang, named_by: xu, month: '2026-12', version: 1, state: 'named' })
  expect((await leader.post(`${MINE}/${one?.id}/confirmation`)).status).toBe(303)
  await leader.post(`${MINE}/${one?.id}/confirmation`)
  expect(await signatures()).toMatchObject([{ state: 'confirmed', answered_at: clock.now() }])
  await heard(house)
  expect(await told('signature')).toEqual([])
  expect((await leader.get('/duty')).html).not.toContain('You were named')
  expect((await hr.get(`${PLAN}/versions`)).html).toContain('Answers for it')
  expect(await logged('roster.leader_named')).toBe(1)
  expect(await logged('roster.leader_confirmed')).toBe(1)
})

test('row 3: a leader who does not answer for a shift put in by hand says why, HR is told, and the shift stands until HR mends it', async () => {
  await byHand()
  await heard(house)
  expect(await told('signature')).toEqual([fang])
  const [one] = await signatures()
  const at = `${MINE}/${one?.id}/objection`
  expect((await leader.get(MINE)).html).toContain('Is on approved leave.')
  const empty = await leader.post(at, { words: ' ' })
  expect(empty.status).toBe(422)
  expect(empty.html).toContain('Say why')
  expect((await leader.post(at, { words: 'She has not slept for two days' })).status).toBe(303)
  expect(await signatures()).toMatchObject([{ state: 'objected', words: 'She has not slept for two days' }])
  await heard(house)
  expect(await told('signature')).toEqual([])
  expect(await told('objection')).toEqual([xu])
  expect((await hr.get(MINE)).html).toContain('She has not slept for two days')
  expect((await hr.get('/roster?night=2026-12-07')).html).toContain('She has not slept for two days')
  expect(
    await database.db.selectFrom('shifts').select('id').where('staff_id', '=', mei).execute(),
    'nothing waits for the answer',
  ).toHaveLength(1)
  // They have spoken with each other: it may be said anew, and both are in the log.
  await leader.post(`${MINE}/${one?.id}/confirmation`)
  expect(await signatures()).toMatchObject([{ state: 'confirmed', words: null }])
  await heard(house)
  expect(await told('objection')).toEqual([])
  expect([await logged('roster.leader_objected'), await logged('roster.leader_confirmed')]).toEqual([1, 1])
})

test('row 3: nobody answers in another’s name, and who only stands in the roster reads nothing of it', async () => {
  await byHand()
  const [one] = await signatures()
  const others = [hr, await signedIn(house, mei, 'en')]
  for (const other of others) {
    expect((await other.post(`${MINE}/${one?.id}/confirmation`)).status).toBe(404)
    expect((await other.post(`${MINE}/${one?.id}/objection`, { words: 'no' })).status).toBe(404)
  }
  expect((await others[1]?.get(MINE))?.html).not.toContain('She offered to come')
  expect((await leader.post(`${MINE}/999999/confirmation`)).status).toBe(404)
  expect(await signatures()).toMatchObject([{ state: 'named' }])
})

test('row 3: a leader who plans names another leader and never themselves: by hand, in a plan, and when they would answer for it', async () => {
  await database.db
    .updateTable('staff')
    .set({ standing_roles: ['hr'] })
    .where('id', '=', fang)
    .execute()
  const both = await signedIn(house, fang, 'en')
  const manager = await hire(database.db, '周启明', { rank: 'supervisor', posts: ['manager'] })
  const at = { from: '2026-11-27T22:00:00+08:00', to: '2026-11-28T06:00:00+08:00', night: '2026-11-27' }
  await roster(database.db, manager, 'manager', at)
  await database.db
    .insertInto('staff_leaves')
    .values({ staff_id: mei, first_day: at.night, last_day: at.night, made_by: xu, made_at: clock.now() })
    .execute()
  const fields = { staff: mei, post: 'service', night: at.night, start: '22:00', end: '06:00', reason: 'She offered' }
  const first = await both.post('/roster/shifts', { ...fields, leader: '' })
  expect(first.html).toContain('name="leader"')
  expect(first.html).not.toContain(`<option value="${fang}"`)
  const own = await both.post('/roster/shifts', { ...fields, leader: fang })
  expect(own.status).toBe(422)
  expect(own.html).toContain('cannot answer for it as the leader as well (Regulation I.3)')
  expect(await signatures()).toEqual([])
  const other = await hire(database.db, '蒋理', { rank: 'manager', posts: [] })
  await appoint(other)
  expect((await both.post('/roster/shifts', { ...fields, leader: other })).status).toBe(303)
  expect(await signatures()).toMatchObject([{ leader_id: other, named_by: fang, state: 'named' }])
  await both.post(`${PLAN}/opening`)
  await planWhole()
  const published = await both.post(`${PLAN}/publication`, { reason: 'Two people for a month', leader: fang })
  expect(published.status).toBe(422)
  expect(published.html).toContain('cannot answer for it as the leader as well')
  expect(await signatures()).toHaveLength(1)
})

test('row 3: the table keeps nobody as the leader of what they entered themselves', async () => {
  await byHand()
  await expect(database.db.updateTable('roster_signatures').set({ named_by: fang }).execute()).rejects.toMatchObject({
    constraint: 'roster_signatures_another',
  })
})
