import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { DueJob } from '../../jobs/due-job.ts'
import { lapseObligations } from '../../jobs/lapse-obligations.ts'
import { askForPresence, noteGonePeople, noteUnansweredPresence } from '../../jobs/watch-posts.ts'
import { shiftFacts } from '../../server/appraisal/evidence/queries.ts'
import type { AttendanceId, ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { owe } from '../../server/obligations/actions.ts'
import { system } from '../../server/platform/actor.ts'
import { forgetSettings, storeSetting } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire, putOnPost } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const at = (time: string) => clock.set(`2026-11-${time > '12' ? '23' : '24'}T${time}:00+08:00`)
let house: QuietHouse
let mei: StaffId
let zhou: StaffId
let attendance: AttendanceId
let shift: string
let agent: Browser
let lead: Browser
let hr: Browser
let talking = false

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  forgetSettings()
  talking = false
  at('23:00')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  zhou = await hire(database.db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  await putOnPost(database.db, zhou, 'manager')
  const on = await putOnPost(database.db, mei, 'service')
  attendance = on.attendanceId
  shift = on.shiftId
  agent = await signedIn(house, mei, 'en')
  lead = await signedIn(house, zhou, 'en')
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), 'en')
})

const run = async (job: DueJob): Promise<number> => {
  const kind = job(house.deps)
  const due = await kind.list(database.db, clock.now(), 100)
  for (const { id } of due) await kind.run(id)
  return due.length
}
const ask = () => run(askForPresence(async () => talking))
const plan = (time: string) =>
  database.db
    .insertInto('presence_questions')
    .values({ attendance_id: attendance, ask_at: new Date(`2026-11-${time > '12' ? '23' : '24'}T${time}:00+08:00`) })
    .returning('id')
    .executeTakeFirstOrThrow()
const question = (id: string) =>
  database.db.selectFrom('presence_questions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const cases = () => database.db.selectFrom('post_cases').selectAll().orderBy('id').execute()
const told = async (ref: string): Promise<string[]> => {
  await heard(house)
  const rows = await database.db
    .selectFrom('notices as n')
    .innerJoin('notice_people as p', 'p.notice_id', 'n.id')
    .select('p.staff_id')
    .where('n.ref', 'like', `${ref}:%`)
    .execute()
  return rows.map(({ staff_id }) => staff_id)
}
const setting = (key: 'presencePerShift', value: number) =>
  house.deps.transact(system, (tx) => storeSetting(tx.db, { key, value, by: null, at: tx.now }).then(() => undefined))
const counted = async () =>
  (await shiftFacts(database.db, [mei], { month: '2026-11-01', next: '2026-12-01' })).map(({ arrival }) => arrival)
/** Asked at 01:00 and not answered by 01:10. */
const unanswered = async (): Promise<string> => {
  await plan('01:00')
  at('01:00')
  await ask()
  at('01:10')
  await run(noteUnansweredPresence)
  return (await cases())[0]?.id ?? ''
}

test('row 55: whoever comes is asked as often as the setting says, at instants of their shift, and never where it is 0', async () => {
  const lin = await hire(database.db, '何雨', { posts: ['service'] })
  const come = async () => {
    const { shiftId } = await putOnPost(database.db, lin, 'service')
    await database.db.deleteFrom('attendances').where('shift_id', '=', shiftId).execute()
    await (await signedIn(house, lin)).post('/duty/check-in', { shift: shiftId })
    return database.db.selectFrom('presence_questions').select('ask_at').orderBy('ask_at').execute()
  }
  const drawn = await come()
  expect(drawn).toHaveLength(2)
  for (const { ask_at } of drawn) {
    expect(ask_at.getTime()).toBeGreaterThan(new Date('2026-11-23T23:19:00+08:00').getTime())
    expect(ask_at.getTime()).toBeLessThanOrEqual(new Date('2026-11-24T05:50:00+08:00').getTime())
  }
  const off = await signedIn(house, lin)
  await off.post('/duty/check-out')
  expect(
    (await database.db.selectFrom('presence_questions').select('state').execute()).map((one) => one.state),
  ).toEqual(['dropped', 'dropped'])
  await setting('presencePerShift', 0)
  forgetSettings()
  await off.post('/duty/check-in', {
    shift: (await database.db.selectFrom('shifts').select('id').where('staff_id', '=', lin).executeTakeFirstOrThrow())
      .id,
  })
  expect(
    await database.db.selectFrom('presence_questions').select('id').where('state', '=', 'planned').execute(),
  ).toEqual([])
})

test('row 55: the question stands on whatever page they are and at the bell, and one press answers it', async () => {
  const { id } = await plan('01:00')
  at('00:59')
  expect(await ask()).toBe(0)
  expect((await agent.get('/duty')).html).not.toContain('Are you at your post?')
  at('01:00')
  expect(await ask()).toBe(1)
  expect(await told('presence')).toEqual([mei])
  for (const path of ['/duty', '/desk', '/shell?at=desk'])
    expect((await agent.get(path, { htmx: path.startsWith('/shell') })).html).toContain(`/duty/presence/${id}`)
  expect((await lead.get('/duty')).html).not.toContain('/duty/presence/')
  expect((await lead.post(`/duty/presence/${id}`)).status).toBe(404)
  at('01:09')
  expect((await agent.post(`/duty/presence/${id}`, { back: '/desk' })).location).toBe('/desk')
  await agent.post(`/duty/presence/${id}`)
  expect(await question(id)).toMatchObject({ state: 'answered', answered_at: clock.now() })
  expect((await agent.get('/desk')).html).not.toContain('/duty/presence/')
  at('01:10')
  expect(await run(noteUnansweredPresence)).toBe(0)
  const owed = await database.db.selectFrom('obligations').select('state').where('kind', '=', 'presence').execute()
  expect(owed).toEqual([{ state: 'done' }])
})

test('row 55: during a break, away with cover and on the phone nobody is asked; the question comes later', async () => {
  const { id } = await plan('01:00')
  at('01:00')
  talking = true
  await ask()
  const put = await question(id)
  expect(put.state).toBe('planned')
  expect(put.ask_at.getTime()).toBeGreaterThanOrEqual(new Date('2026-11-24T01:05:00+08:00').getTime())
  talking = false
  await agent.post('/duty/leave', { cover: zhou, reason: 'Fetch medicine' })
  const { id: slip } = await database.db.selectFrom('leave_slips').select('id').executeTakeFirstOrThrow()
  at('01:14')
  await lead.post(`/duty/covers/${slip}`, { answer: 'yes' })
  at('01:16')
  await ask()
  expect((await question(id)).state).toBe('planned')
  await agent.post('/duty/return')
  at('01:40')
  expect(await ask()).toBe(1)
  expect((await question(id)).state).toBe('asked')
  await agent.post('/duty/break')
  expect((await question(id)).state).toBe('dropped')
  at('02:00')
  expect(await run(noteUnansweredPresence)).toBe(0)
  expect(await told('suspected')).toEqual([])
})

test('row 55: ten minutes without a press, and the duty manager is told; a case is opened that counts nothing', async () => {
  await plan('01:00')
  at('01:00')
  await ask()
  at('01:09')
  expect(await run(noteUnansweredPresence)).toBe(0)
  at('01:10')
  expect(await run(noteUnansweredPresence)).toBe(1)
  expect(await run(noteUnansweredPresence)).toBe(0)
  expect(await cases()).toMatchObject([
    { origin: 'presence', state: 'suspected', statement_due_at: new Date('2026-11-26T01:10:00+08:00') },
  ])
  expect(await told('suspected')).toEqual([zhou])
  expect(await told('hearing')).toEqual([mei])
  expect((await lead.get('/attendance')).html).toContain('/attendance/cases')
  expect((await agent.get('/duty')).html).toContain('You are asked about your post')
  expect(await counted()).toEqual(['ready'])
  const id = (await cases())[0]?.id
  at('01:12')
  await agent.post(
    `/duty/presence/${(await database.db.selectFrom('presence_questions').select('id').executeTakeFirstOrThrow()).id}`,
  )
  expect((await lead.get(`/attendance/cases/${id}`)).html).toContain('01:12')
  expect((await cases())[0]?.state).toBe('suspected')
})

test('row 55: the manager goes and looks, the person is heard, somebody decides with a reason; only then the shift counts as left', async () => {
  const id = await unanswered()
  const path = `/attendance/cases/${id}`
  expect((await agent.post(`${path}/visit`, { found: 'there', note: '' })).status).toBe(403)
  await lead.post(`${path}/visit`, { found: 'not_there', note: 'Chair cold' })
  expect((await lead.post(`${path}/visit`, { found: 'there', note: '' })).html).toContain('Somebody has looked')
  const early = await lead.post(`${path}/decision`, { outcome: 'left_post', reason: 'Not there' })
  expect(early.status).toBe(422)
  expect(early.html).toContain('First the person is heard')
  expect((await agent.post(`${path}/decision`, { outcome: 'on_duty', reason: 'I was' })).status).toBe(403)
  await agent.post(`${path}/statement`, { words: 'I fetched <b>water</b>' })
  expect(await told('stated')).toContain(zhou)
  const seen = (await hr.get(path)).html
  expect(seen).toContain('I fetched &lt;b&gt;water&lt;/b&gt;')
  expect(seen).toContain('Chair cold')
  expect((await hr.post(`${path}/decision`, { outcome: 'left_post', reason: '' })).status).toBe(400)
  expect((await hr.post(`${path}/decision`, { outcome: 'left_post', reason: 'Gone for half an hour' })).status).toBe(
    303,
  )
  expect(await counted()).toEqual(['left_post'])
  expect(await told('decided')).toEqual([mei])
  expect((await agent.get(path)).html).toContain('Gone for half an hour')
  expect((await lead.post(`${path}/decision`, { outcome: 'on_duty', reason: 'No' })).html).toContain(
    'It has been decided',
  )
})

test('row 55: who was there counts as there; who says nothing in their time has been heard', async () => {
  const path = `/attendance/cases/${await unanswered()}`
  clock.set('2026-11-25T01:00:00+08:00')
  const later = await signedIn(house, zhou, 'en')
  expect((await later.post(`${path}/decision`, { outcome: 'left_post', reason: 'x' })).status).toBe(403)
  const office = await signedIn(house, await hire(database.db, '许多', { roles: ['hr'], posts: [] }), 'en')
  expect((await office.post(`${path}/decision`, { outcome: 'left_post', reason: 'x' })).status).toBe(422)
  clock.set('2026-11-26T01:10:00+08:00')
  const again = await signedIn(house, await hire(database.db, '许久', { roles: ['hr'], posts: [] }), 'en')
  expect((await again.get(path)).html).toContain('Nothing was said in the time for it')
  expect((await again.post(`${path}/decision`, { outcome: 'on_duty', reason: 'The bell was broken' })).status).toBe(303)
  expect(await counted()).toEqual(['ready'])
})

test('whoever leads the night and does not answer is told of to somebody else: to HR where nobody heads the group', async () => {
  const { id } = await database.db
    .selectFrom('attendances')
    .select('id')
    .where('staff_id', '=', zhou)
    .executeTakeFirstOrThrow()
  await database.db
    .insertInto('presence_questions')
    .values({ attendance_id: id, ask_at: new Date('2026-11-24T01:00:00+08:00') })
    .execute()
  at('01:00')
  await ask()
  at('01:10')
  await run(noteUnansweredPresence)
  const [one] = await cases()
  const office = await database.db.selectFrom('staff').select('id').where('name', '=', '许诺').executeTakeFirstOrThrow()
  expect(await told('suspected')).toEqual([office.id])
  expect(
    (await lead.post(`/attendance/cases/${one?.id}/decision`, { outcome: 'on_duty', reason: 'I was' })).html,
  ).toContain('Nobody decides about themselves')
})

test('row 25: a shift whose early arrival was excused leaves the count of attendance', async () => {
  expect(await counted()).toEqual(['ready'])
  const owed = {
    kind: 'arrival' as const,
    subject: `shift:${shift}`,
    shiftId: shift as ShiftId,
    staffId: mei,
    dueAt: new Date('2026-11-23T21:45:00+08:00'),
  }
  await house.deps.transact(system, (tx) => owe(tx, owed))
  const [row] = await database.db.selectFrom('obligations').select('id').execute()
  await run(lapseObligations)
  await hr.post(`/obligations/${row?.id}/excuse`, { reason: 'The underground stood still', link: '' })
  expect(await counted()).toEqual([])
})

test('nobody reads the cases of others without the right, and nobody decides about themselves', async () => {
  const path = `/attendance/cases/${await unanswered()}`
  const lin = await signedIn(house, await hire(database.db, '何雨', { posts: ['service'] }), 'en')
  expect((await lin.get(path)).status).toBe(404)
  const others = (await lin.get('/attendance/cases')).html
  expect(others).not.toContain('林玫')
  expect(others).toContain('Questions about my post')
  expect((await lin.post(`${path}/statement`, { words: 'x' })).status).toBe(404)
  await database.db
    .updateTable('staff')
    .set({ standing_roles: ['hr'] })
    .where('id', '=', mei)
    .execute()
  const self = await agent.post(`${path}/decision`, { outcome: 'on_duty', reason: 'I was there' })
  expect(self.html).toContain('Nobody decides about themselves')
})

test('row 55: whoever the duty manager does not see at the post gets a case, which another person decides', async () => {
  at('02:00')
  expect((await lead.post(`/attendance/shifts/${shift}/away`, { observed: 'Nobody at the desk' })).status).toBe(303)
  const [one] = await cases()
  expect(one).toMatchObject({ origin: 'manager', opened_by: zhou, observed: 'Nobody at the desk' })
  await agent.post(`/attendance/cases/${one?.id}/statement`, { words: 'In the server room' })
  const decision = { outcome: 'left_post', reason: 'x' }
  expect((await lead.post(`/attendance/cases/${one?.id}/decision`, decision)).html).toContain('You reported it')
  expect((await hr.post(`/attendance/cases/${one?.id}/decision`, decision)).status).toBe(303)
})

test('row 55: whoever goes off post in the middle and stays away is told of at once, and has a case after the time of a slip', async () => {
  at('02:00')
  await agent.post('/duty/check-out')
  expect(await told('left')).toEqual([zhou])
  at('02:14')
  expect(await run(noteGonePeople)).toBe(0)
  at('02:15')
  expect(await run(noteGonePeople)).toBe(1)
  expect(await run(noteGonePeople)).toBe(0)
  expect(await cases()).toMatchObject([{ origin: 'left', state: 'suspected' }])
})

test('whoever goes a few minutes before the end, or comes back in time, has no case', async () => {
  at('02:00')
  await agent.post('/duty/check-out')
  at('02:10')
  await agent.post('/duty/check-in', { shift })
  at('02:30')
  expect(await run(noteGonePeople)).toBe(0)
  at('05:50')
  await agent.post('/duty/check-out')
  at('05:59')
  expect(await run(noteGonePeople)).toBe(0)
  at('06:10')
  expect(await run(noteGonePeople)).toBe(0)
})
