import { beforeEach, expect, test } from 'vitest'
import { checkIn, checkOut, closeAttendance, endBreak, startBreak } from '../../server/attendance/actions.ts'
import { dutyCard, dutyOf } from '../../server/attendance/contributions.ts'
import type { AttendanceId, ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { hashOf, newToken } from '../../server/platform/tokens.ts'
import { whoIs } from '../../server/reactions.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, roster, TONIGHT } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
let mei: StaffId
let shift: ShiftId

beforeEach(async () => {
  clock.set('2026-11-23T21:45:00+08:00')
  announced.length = 0
  mei = await hire(database.db, '林玫')
  shift = await roster(database.db, mei, 'service', TONIGHT)
})

const comes = (id = shift) => transact(as(mei, null), (tx) => checkIn(tx, id))
const does = (act: Parameters<typeof transact>[1]) => transact(as(mei, null), act)
const duty = () => dutyOf(database.db, mei, clock.now())
const card = async () => (await dutyCard(database.db, mei, clock.now())).state

test('an agent who comes on time is ready, holds the post from the start of the shift, and coming twice is coming once', async () => {
  await comes()
  await comes()
  expect(announced.map(({ name, payload }) => ({ name, ...payload }))).toMatchObject([
    { name: 'attendance.checked_in', arrival: 'ready', minutesLate: 0 },
  ])
  expect(await duty()).toBeNull()
  expect(await card()).toBe('checked_in')
  clock.set('2026-11-23T22:00:00+08:00')
  expect(await duty()).toMatchObject({ post: 'service', state: 'on_duty' })
  expect(await card()).toBe('on_duty')
})

test('an agent who checks in 16 minutes late is marked late, not absent', async () => {
  clock.set('2026-11-23T22:16:00+08:00')
  await comes()
  expect(announced[0]?.payload).toMatchObject({ arrival: 'late', minutesLate: 16 })
  expect(await duty()).toMatchObject({ post: 'service' })
})

test('who leaves and comes back to the same shift arrived when they first did', async () => {
  await comes()
  clock.set('2026-11-24T01:00:00+08:00')
  await does(checkOut)
  expect(await duty()).toBeNull()
  clock.set('2026-11-24T01:30:00+08:00')
  await comes()
  expect(announced.at(-1)).toMatchObject({
    name: 'attendance.checked_in',
    payload: { arrival: 'ready', minutesLate: 0 },
  })
  expect(await duty()).toMatchObject({ state: 'on_duty' })
})

test('a colleague’s shift and one that is not there are the same: not found', async () => {
  const other = await roster(database.db, await hire(database.db, '陈舟'), 'service', TONIGHT)
  await expect(comes(other)).rejects.toMatchObject({ name: 'NotFound' })
  await expect(comes('999999' as ShiftId)).rejects.toMatchObject({ name: 'NotFound' })
})

test('too early and too late are refused in words', async () => {
  clock.set('2026-11-23T20:59:00+08:00')
  await expect(comes()).rejects.toMatchObject({ code: 'attendance.too_early' })
  expect(await card()).toBe('before')
  clock.set('2026-11-24T06:00:00+08:00')
  await expect(comes()).rejects.toMatchObject({ code: 'attendance.shift_over' })
})

test('nobody leaves a running shift by checking in for the next one', async () => {
  await comes()
  const next = await roster(database.db, mei, 'manager', { from: TONIGHT.to, to: '2026-11-24T14:00:00+08:00' })
  clock.set('2026-11-24T05:30:00+08:00')
  await expect(comes(next)).rejects.toMatchObject({ code: 'attendance.still_on_post' })
  expect(await duty()).toMatchObject({ post: 'service' })
  clock.set('2026-11-24T06:00:00+08:00')
  await comes(next)
  expect(await duty()).toMatchObject({ post: 'manager' })
})

test('one break a shift: it begins, ends, and there is no second', async () => {
  await expect(does(startBreak)).rejects.toMatchObject({ code: 'attendance.not_on_post' })
  await comes()
  clock.set('2026-11-24T01:00:00+08:00')
  await does(startBreak)
  await does(startBreak)
  expect(await duty()).toMatchObject({ state: 'on_break' })
  expect(announced.at(-1)).toMatchObject({ name: 'break.started', payload: { endsBy: '2026-11-23T17:30:00.000Z' } })
  await does(endBreak)
  await does(endBreak)
  expect(await duty()).toMatchObject({ state: 'on_duty' })
  expect(announced.filter(({ name }) => name.startsWith('break.')).map(({ name }) => name)).toEqual([
    'break.started',
    'break.ended',
  ])
  await expect(does(startBreak)).rejects.toMatchObject({ code: 'attendance.break_taken' })
})

test('going off post ends a break that runs, and off post there is nothing to go off from', async () => {
  await comes()
  clock.set('2026-11-24T01:00:00+08:00')
  await does(startBreak)
  await does(checkOut)
  const running = await database.db.selectFrom('breaks').select('id').where('ended_at', 'is', null).execute()
  expect(running).toEqual([])
  await expect(does(checkOut)).rejects.toMatchObject({ code: 'attendance.not_on_post' })
})

test('two thumbs on one button are one', async () => {
  await Promise.all([comes(), comes(), comes()])
  const rows = await database.db.selectFrom('attendances').selectAll().execute()
  expect(rows).toHaveLength(1)
  expect(announced).toHaveLength(1)
})

test('what a post allows comes with the start of the shift and goes with its end', async () => {
  const token = newToken()
  await database.db
    .insertInto('sessions')
    .values({
      token_hash: hashOf(token),
      staff_id: mei,
      opened_at: clock.now(),
      seen_at: clock.now(),
      expires_at: new Date('2026-11-25T12:00:00+08:00'),
      ended_at: null,
      address: null,
      browser: null,
    })
    .execute()
  const may = async () => (await whoIs(database.db, token, clock.now()))?.capabilities.has('desk.work')
  await comes()
  expect(await may()).toBe(false)
  clock.set('2026-11-23T22:00:00+08:00')
  expect(await may()).toBe(true)
  clock.set('2026-11-24T05:59:59+08:00')
  expect(await may()).toBe(true)
  clock.set('2026-11-24T06:00:00+08:00')
  expect(await may()).toBe(false)
})

test('a shift is closed by the clock, never before its end', async () => {
  await comes()
  const { id } = await database.db.selectFrom('attendances').select('id').executeTakeFirstOrThrow()
  const close = () => transact(system, (tx) => closeAttendance(tx, id as AttendanceId))
  clock.set('2026-11-24T05:59:59+08:00')
  await close()
  expect(announced).toHaveLength(1)
  clock.set('2026-11-24T06:00:00+08:00')
  await close()
  await close()
  expect(announced.map(({ payload }) => (payload as { why?: string }).why)).toEqual([undefined, 'shift_over'])
})
