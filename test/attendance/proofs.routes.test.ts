import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { checkIn, checkOut } from '../../server/attendance/actions.ts'
import type { AtGate, Gate } from '../../server/attendance/gates.ts'
import { codeOf, stepAt } from '../../server/attendance/places/codes.ts'
import { qrOf } from '../../server/attendance/places/qr.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { refusal } from '../../server/kernel/refusal.ts'
import { system } from '../../server/platform/actor.ts'
import { forgetSettings, storeSetting } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, roster, TONIGHT } from '../support/people.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let mei: StaffId
let shift: ShiftId
let agent: Browser
let hr: Browser
let keeper: Browser
let admin: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(async () => {
  forgetSettings()
  await house.close()
})
beforeEach(async () => {
  forgetSettings()
  clock.set('2026-11-23T21:40:00+08:00')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  const zhou = await hire(database.db, '周启明', { rank: 'supervisor', posts: ['manager'] })
  await roster(database.db, zhou, 'manager', TONIGHT)
  shift = await roster(database.db, mei, 'service', TONIGHT)
  agent = await signedIn(house, mei, 'en')
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), 'en')
  keeper = await signedIn(house, await hire(database.db, '严明', { roles: ['administration'], posts: [] }), 'en')
  admin = await signedIn(house, await hire(database.db, '管理', { roles: ['administrator'], posts: [] }), 'en')
})

const office = async (ranges: string) => {
  await house.deps.transact(system, (tx) =>
    storeSetting(tx.db, { key: 'officeRanges', value: ranges, by: null, at: tx.now }).then(() => undefined),
  )
  forgetSettings()
}
const OPEN = 'everybody checks in from anywhere'

test('row 25: where neither a network nor a place is set up, the settings and HR read that a press proves nothing', async () => {
  expect((await admin.get('/settings/shifts')).html).toContain(OPEN)
  expect((await hr.get('/attendance/hours?who=all&month=2026-11')).html).toContain(OPEN)
  expect((await agent.get('/attendance/hours?month=2026-11')).html).not.toContain(OPEN)
  await keeper.post('/attendance/places', { name: 'Night desk' })
  for (const page of [await admin.get('/settings/shifts'), await hr.get('/attendance/hours?who=all&month=2026-11')])
    expect(page.html).not.toContain(OPEN)
  const { id } = await database.db.selectFrom('places').select('id').executeTakeFirstOrThrow()
  await keeper.post(`/attendance/places/${id}/closing`)
  await office('203.0.113.0/24')
  expect((await admin.get('/settings/shifts')).html).not.toContain(OPEN)
})

test('row 25: a press from anywhere counts as unproved, HR sees how many there are and can look at these alone', async () => {
  await agent.post('/duty/check-in', { shift })
  const lan = await hire(database.db, '蓝天', { posts: ['service'] })
  const other = await roster(database.db, lan, 'service', TONIGHT)
  await keeper.post('/attendance/places', { name: 'Night desk' })
  const place = await database.db.selectFrom('places').select(['id', 'secret']).executeTakeFirstOrThrow()
  const next = await signedIn(house, lan, 'en')
  await next.post('/duty/check-in', { shift: other, code: codeOf(place, stepAt(clock.now())) })
  clock.set('2026-11-24T06:10:00+08:00')
  const all = await hr.get('/attendance/hours?who=all&month=2026-11')
  expect(all.html).toContain('1 check-in of this month is a press alone')
  expect(all.html).toContain('蓝天')
  const only = await hr.get('/attendance/hours?who=all&month=2026-11&proof=none')
  expect(only.html).toContain('林玫')
  expect(only.html).not.toContain('蓝天')
  expect(only.html).toContain('unproved')
  expect((await hr.get('/attendance/hours.csv?month=2026-11')).html).toContain('"pressed"')
})

test('the gate of a post is asked on the way in and on the way out, and what it says is refused in words', async () => {
  const asked: AtGate[] = []
  let shut = true
  const gate: Gate = async (_tx, at) => {
    asked.push(at)
    return shut ? refusal(at.way === 'in' ? 'attendance.still_on_post' : 'attendance.covering') : null
  }
  const act = { in: () => house.deps.transact(as(mei, null), (tx) => checkIn(tx, shift, { gates: [gate] })) }
  await expect(act.in()).rejects.toMatchObject({ name: 'Refusal', code: 'attendance.still_on_post' })
  expect(await database.db.selectFrom('attendances').select('id').execute()).toEqual([])
  shut = false
  await act.in()
  expect(asked.at(-1)).toMatchObject({ way: 'in', how: 'button', staffId: mei, shift: { id: shift } })
  shut = true
  const leave = () => house.deps.transact(as(mei, null), (tx) => checkOut(tx, [gate]))
  await expect(leave()).rejects.toMatchObject({ name: 'Refusal', code: 'attendance.covering' })
  shut = false
  await leave()
  expect(asked.at(-1)).toMatchObject({ way: 'out', staffId: mei, shift: { id: shift } })
})

test('row 25: no way past the gate: where a place shows a code a press is refused also by whoever calls the act itself', async () => {
  await keeper.post('/attendance/places', { name: 'Night desk' })
  await expect(house.deps.transact(as(mei, null), (tx) => checkIn(tx, shift))).rejects.toMatchObject({
    code: 'attendance.proof_needed',
  })
})

test('row 25: a phone scans the screen at the desk and checks in; a photo of it is refused in words a minute and a half later', async () => {
  await keeper.post('/attendance/places', { name: 'Night desk' })
  const place = await database.db.selectFrom('places').select(['id', 'secret']).executeTakeFirstOrThrow()
  const screen = await keeper.get(`/attendance/places/${place.id}/screen`)
  const code = codeOf(place, stepAt(clock.now()))
  const address = `${house.deps.config.publicUrl}/duty?code=${code}`
  expect(screen.html).toContain(`d="${qrOf(address).path}"`)
  expect(screen.html).not.toMatch(/style=|<img/)
  const scanned = await agent.get(`/duty?code=${code}`)
  expect(scanned.html).toContain(`value="${code}"`)
  expect(scanned.html).toContain('Read off the screen')
  expect((await agent.get('/duty?code=%22%3E12345')).html).not.toContain('&quot;&gt;12345')
  expect(await database.db.selectFrom('attendances').select('id').execute()).toEqual([])
  clock.set('2026-11-23T21:41:31+08:00')
  expect((await agent.post('/duty/check-in', { shift, code })).html).toContain('not the code of this minute')
  const fresh = codeOf(place, stepAt(clock.now()))
  expect((await agent.post('/duty/check-in', { shift, code: fresh })).status).toBe(303)
})
