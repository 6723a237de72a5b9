import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { shiftFacts } from '../../server/appraisal/evidence/queries.ts'
import { checkIn, checkOut } from '../../server/attendance/actions.ts'
import { attendedOfMonth } from '../../server/attendance/ledger/queries.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { forgetSettings, storeSetting } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, putOnPost, roster, TONIGHT } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const at = (time: string) => clock.set(`2026-11-${time > '12' ? '23' : '24'}T${time}:00+08:00`)
let house: QuietHouse
let mei: StaffId
let zhou: StaffId
let xu: StaffId
let shift: ShiftId
let agent: Browser
let lead: Browser
let hr: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  forgetSettings()
  at('22:00')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  zhou = await hire(database.db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  xu = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  await putOnPost(database.db, zhou, 'manager')
  shift = await roster(database.db, mei, 'service', TONIGHT)
  at('23:00')
  agent = await signedIn(house, mei, 'en')
  lead = await signedIn(house, zhou, 'en')
  hr = await signedIn(house, xu, 'en')
})

const comes = (time: string) => {
  at(time)
  return house.deps.transact(as(mei, null), (tx) => checkIn(tx, shift))
}
const asks = (fields: Record<string, string> = {}, who = agent) =>
  who.post(`/attendance/shifts/${shift}/corrections`, {
    what: 'came',
    at: '2026-11-23T21:44',
    reason: 'The screen was dark',
    month: '2026-11',
    ...fields,
  })
const corrections = () => database.db.selectFrom('attendance_corrections').selectAll().orderBy('id').execute()
const recorded = () =>
  database.db
    .selectFrom('attendances')
    .select(['checked_in_at', 'arrival', 'minutes_late'])
    .where('staff_id', '=', mei)
    .execute()
const counted = async () =>
  (await shiftFacts(database.db, [mei], { month: '2026-11-01', next: '2026-12-01' })).map(({ arrival }) => arrival)
const decides = async (who: Browser, fields: Record<string, string>) =>
  who.post(`/attendance/corrections/${(await corrections()).at(-1)?.id}/decision`, { answer: '', ...fields })

test('rows 25 and 58: a correction is an addition that somebody else decides; what was recorded stays, ledger and appraisal follow', async () => {
  await comes('22:20')
  at('23:10')
  expect((await asks()).status).toBe(303)
  expect(await counted()).toEqual(['late'])
  expect((await lead.get('/attendance/corrections')).html).toContain('The screen was dark')
  expect(
    (
      await agent.post(`/attendance/corrections/${(await corrections())[0]?.id}/decision`, {
        outcome: 'approved',
        answer: '',
      })
    ).status,
  ).toBe(403)
  expect((await decides(lead, { outcome: 'approved' })).status).toBe(303)
  expect((await decides(lead, { outcome: 'refused', answer: 'No' })).html).toContain('It has been decided')
  expect(await recorded()).toMatchObject([{ arrival: 'late', minutes_late: 20 }])
  expect(await counted()).toEqual(['ready'])
  const mine = (await agent.get('/attendance/hours?month=2026-11')).html
  expect(mine).toContain('21:44–')
  expect(mine).toContain('22:20–')
  expect(mine).toContain('Came <span')
  expect(mine).toContain('陈舟')
  const sheet = await hr.get('/attendance/hours.csv?month=2026-11')
  expect(sheet.html).toContain('"21:44",')
  expect(sheet.html).toContain('Came 21:44: The screen was dark')
})

test('a correction that is refused changes nothing, and says why', async () => {
  await comes('22:20')
  at('23:10')
  await asks()
  expect((await decides(hr, { outcome: 'refused' })).html).toContain('Say why')
  await decides(hr, { outcome: 'refused', answer: 'The door says 22:19' })
  expect(await counted()).toEqual(['late'])
  expect((await agent.get('/attendance/hours?month=2026-11')).html).toContain('The door says 22:19')
})

test('who forgot to check in is not absent once a correction holds', async () => {
  at('23:10')
  expect(await counted()).toEqual([null])
  await asks()
  await decides(lead, { outcome: 'approved' })
  expect(await counted()).toEqual(['ready'])
  const [row] = await attendedOfMonth(database.db, '2026-11', clock.now(), mei)
  expect(row).toMatchObject({ absent: false, arrival: 'ready', attendanceId: null })
})

test('a month has so many requests, refused and withdrawn ones not counted; the same once more while one waits is refused', async () => {
  await house.deps.transact(system, (tx) =>
    storeSetting(tx.db, { key: 'correctionsAMonth', value: 1, by: null, at: tx.now }).then(() => undefined),
  )
  forgetSettings()
  await comes('22:20')
  at('23:10')
  expect((await agent.get(`/attendance/hours?month=2026-11&correct=${shift}`)).html).toContain('1 more in this month')
  await asks()
  await agent.post(`/attendance/corrections/${(await corrections())[0]?.id}/withdrawal`)
  await asks()
  expect((await asks()).html).toMatch(/You have asked 1 times|waits already/)
  await decides(hr, { outcome: 'approved' })
  expect((await asks({ what: 'left', at: '2026-11-23T23:05' })).html).toContain('You have asked 1 times')
  expect(
    (
      await hr.post(`/attendance/shifts/${shift}/corrections`, {
        what: 'left',
        at: '2026-11-23T23:05',
        reason: 'Sent home ill',
        month: '2026-11',
        who: 'all',
      })
    ).status,
  ).toBe(303)
})

test('twenty-four hours after its end a shift is locked: from then on only HR adds to it, with a reason, and decides what still waits', async () => {
  await comes('22:20')
  at('23:10')
  await asks()
  clock.set('2026-11-25T05:59:00+08:00')
  agent = await signedIn(house, mei, 'en')
  expect((await asks({ what: 'left', at: '2026-11-24T06:00' })).status).toBe(303)
  clock.set('2026-11-25T06:00:00+08:00')
  await database.db
    .updateTable('attendance_corrections')
    .set({ state: 'withdrawn' })
    .where('what', '=', 'left')
    .execute()
  const late = await asks({ what: 'left', at: '2026-11-24T06:00' })
  expect(late.html).toContain('This shift is locked 24 h after its end')
  // Another night's duty manager has the post, and with it the right to decide what is not locked.
  const lin = await hire(database.db, '何雨', { posts: ['manager'], rank: 'supervisor' })
  const again = await roster(database.db, lin, 'manager', {
    from: '2026-11-25T05:00:00+08:00',
    to: '2026-11-25T13:00:00+08:00',
    night: '2026-11-24',
  })
  await house.deps.transact(as(lin, null), (tx) => checkIn(tx, again))
  const manager = await signedIn(house, lin, 'en')
  const [first] = await corrections()
  const path = `/attendance/corrections/${first?.id}/decision`
  expect((await manager.post(path, { outcome: 'approved', answer: '' })).html).toContain('human resources decide')
  const office = await signedIn(house, xu, 'en')
  expect((await office.get('/attendance/hours?who=all&month=2026-11')).html).toContain('locked: only HR adds to it')
  expect((await office.post(path, { outcome: 'approved', answer: '' })).status).toBe(303)
  expect((await asks({ who: 'all' }, manager)).status).toBe(403)
  expect((await asks({ who: 'all', reason: ' ' }, office)).status).toBe(400)
  expect((await asks({ who: 'all', at: '2026-11-23T21:50', reason: 'By the door' }, office)).status).toBe(303)
  expect(await counted()).toEqual(['late_for_handover'])
})

test('nobody corrects themselves, not even HR; nor a colleague’s shift, nor one that has not begun', async () => {
  await database.db
    .updateTable('staff')
    .set({ standing_roles: ['hr'] })
    .where('id', '=', mei)
    .execute()
  await comes('22:20')
  at('23:10')
  const self = await signedIn(house, mei, 'en')
  expect((await asks({ who: 'all' }, self)).html).toContain('Nobody decides about themselves')
  await asks({}, self)
  expect((await decides(self, { outcome: 'approved' })).html).toContain('Nobody decides about themselves')
  expect((await asks({}, lead)).status).toBe(404)
  const next = await roster(database.db, mei, 'service', {
    from: '2026-11-24T22:00:00+08:00',
    to: '2026-11-25T06:00:00+08:00',
    night: '2026-11-24',
  })
  const early = await self.post(`/attendance/shifts/${next}/corrections`, {
    what: 'came',
    at: '2026-11-24T21:45',
    reason: 'x',
    month: '2026-11',
  })
  expect(early.html).toContain('has not begun')
})

test('a time that cannot belong to the shift, lies ahead, or ends before it began is refused in words', async () => {
  await comes('22:20')
  at('23:10')
  expect((await asks({ at: '2026-11-23T20:59' })).html).toContain('cannot belong')
  expect((await asks({ at: '2026-11-23T23:30' })).html).toContain('cannot belong')
  expect((await asks({ what: 'left', at: '2026-11-23T22:00' })).html).toContain('One leaves after one came')
  expect((await asks({ at: '2026-11-23T25:00' })).status).toBe(400)
  expect(await corrections()).toEqual([])
})

test('the duty manager and HR are told of a request, the person of the decision', async () => {
  await comes('22:20')
  at('23:10')
  await asks()
  await heard(house)
  const told = async (ref: string) =>
    (
      await database.db
        .selectFrom('notices as n')
        .innerJoin('notice_people as p', 'p.notice_id', 'n.id')
        .select('p.staff_id')
        .where('n.ref', 'like', ref)
        .orderBy('p.staff_id')
        .execute()
    ).map((row) => row.staff_id)
  expect(await told('correction:%')).toEqual([zhou, xu].toSorted((a, b) => Number(a) - Number(b)))
  await decides(lead, { outcome: 'approved' })
  await heard(house)
  expect(await told('corrected:%')).toEqual([mei])
})

test('who goes off post and comes back has not worked meanwhile, and the stretch stays recorded', async () => {
  await comes('21:45')
  at('23:00')
  await house.deps.transact(as(mei, null), checkOut)
  at('23:30')
  await house.deps.transact(as(mei, null), (tx) => checkIn(tx, shift))
  const off = await database.db
    .selectFrom('breaks')
    .select(['started_at', 'ended_at'])
    .where('kind', '=', 'off')
    .execute()
  expect(off).toEqual([{ started_at: new Date('2026-11-23T23:00:00+08:00'), ended_at: clock.now() }])
  clock.set('2026-11-24T06:00:00+08:00')
  await house.deps.transact(as(mei, null), checkOut)
  expect((await agent.get('/attendance/hours?month=2026-11')).html).toContain('7.25 h')
})
