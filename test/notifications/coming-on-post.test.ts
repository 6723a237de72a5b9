import { beforeEach, expect, test } from 'vitest'
import { checkIn, checkOut } from '../../server/attendance/actions.ts'
import type { NoticeId, ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { saveHook } from '../../server/notifications/channels/actions.ts'
import { readNotice } from '../../server/notifications/notices/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { appointChief, as, hire, roster, TONIGHT } from '../support/people.ts'
import { openReceiver } from '../support/receiver.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let night: ReturnType<typeof openTelling>
let chief: StaffId
let ji: StaffId
let shift: ShiftId
let sms: Awaited<ReturnType<typeof openReceiver>>

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact } = house.deps
  night = openTelling(house)
  chief = await appointChief(db, clock.now())
  ji = await hire(db, '季然', { rank: 'supervisor' })
  shift = await roster(db, ji, 'manager', TONIGHT)
  await db.updateTable('staff').set({ phone: '13800000000' }).where('id', '=', ji).execute()
  const lan = await hire(db, '兰芝', { roles: ['administrator'] })
  sms = await openReceiver()
  const hook = { channel: 'sms', departmentId: null, address: `${sms.url}/sms`, secret: 'a good secret' } as const
  await transact(as(lan, null, ['administrator']), (tx) => saveHook(tx, hook, true))
})
const comes = () => house.deps.transact(as(ji, null), (tx) => checkIn(tx, shift))
const FOLLOW = ['follow-pages', 'deliver-notices']

test('whoever takes the post of the duty manager is paged for what nobody has answered, at once, and the head of the group no longer waits alone', async () => {
  await night.alarm()
  await night.tick()
  expect(await night.told()).toEqual([[chief, 'up']])
  expect(sms.taken).toEqual([])
  await comes()
  await night.tick(['deliver-notices'])
  expect(await night.told()).toEqual([
    [chief, 'up'],
    [ji, 'post'],
  ])
  expect(sms.taken.map(({ body }) => JSON.parse(String(body)).to)).toEqual(['13800000000'])
})

test('what somebody has answered rings nobody who comes later', async () => {
  await night.alarm()
  const id = (await night.notices())[0]?.id as NoticeId
  await house.deps.transact(as(chief, null, ['leadership']), (tx) => readNotice(tx, id))
  await comes()
  await night.tick()
  expect(await night.told()).toEqual([[chief, 'up']])
  expect(sms.taken).toEqual([])
})

test('who checked in before their shift is paged once it has begun, though nobody was on post in between', async () => {
  clock.set('2026-11-23T21:50:00+08:00')
  await comes()
  await night.alarm()
  await night.tick()
  expect(await night.told()).toEqual([[chief, 'up']])
  for (let minute = 0; minute < 20; minute++) {
    clock.forward({ minutes: 1 })
    for (const step of FOLLOW) await night.tick([step])
  }
  expect(await night.told()).toEqual([
    [chief, 'up'],
    [ji, 'post'],
  ])
  expect(sms.taken.length).toBeGreaterThan(0)
  // The chief is at home, and was never rung.
  expect((await night.sent(chief)).map((one) => one.split(' ')[0])).toEqual(['page', 'mail'])
})

test('an agent who comes is paged for nothing of the duty manager’s, and a duty manager who went home is rung no more', async () => {
  const mei = await hire(house.deps.db, '林玫')
  const hers = await roster(house.deps.db, mei, 'service', TONIGHT)
  await comes()
  await night.alarm()
  await house.deps.transact(as(mei, null), (tx) => checkIn(tx, hers))
  await night.tick()
  expect(await night.told()).toEqual([[ji, 'post']])
  await house.deps.transact(as(ji, 'manager'), (tx) => checkOut(tx))
  const before = sms.taken.length
  clock.forward({ minutes: 6 })
  for (const step of FOLLOW) await night.tick([step])
  expect(sms.taken).toHaveLength(before)
})
