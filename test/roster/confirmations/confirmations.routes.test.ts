import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { checkIn } from '../../../server/attendance/actions.ts'
import type { MailId, ShiftId, StaffId } from '../../../server/kernel/ids.ts'
import { beginSending, noteDelivery } from '../../../server/notifications/outgoing/actions.ts'
import { listDueMails } from '../../../server/notifications/outgoing/queries.ts'
import { lapse } from '../../../server/obligations/actions.ts'
import { listLapsing } from '../../../server/obligations/queries.ts'
import { system } from '../../../server/platform/actor.ts'
import { changeShift } from '../../../server/roster/actions.ts'
import { askPublished, followUp } from '../../../server/roster/confirmations/actions.ts'
import { listDuePeople } from '../../../server/roster/confirmations/queries.ts'
import { jobs } from '../../../server/timetable.ts'
import { handSetClock } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { UNSIGNED } from '../../support/month.ts'
import { appointChief, as, hire, roster } from '../../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../../support/server.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let mei: StaffId
let zhou: StaffId
let nuo: StaffId
let agent: Browser
let hr: Browser
let shifts: ShiftId[]

const NIGHTS = ['02', '05', '09']
const night = (day: string) => ({
  from: `2026-12-${day}T22:00:00+08:00`,
  to: `2026-12-${String(Number(day) + 1).padStart(2, '0')}T06:00:00+08:00`,
  night: `2026-12-${day}`,
})

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set('2026-11-25T10:00:00+08:00')
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '周启明', { rank: 'supervisor' })
  nuo = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  await database.db.updateTable('staff').set({ email: 'mei@example.com' }).where('id', '=', mei).execute()
  agent = await signedIn(house, mei)
  hr = await signedIn(house, nuo)
  await roster(database.db, zhou, 'manager', night('02'))
  shifts = []
  for (const day of NIGHTS) shifts.push(await roster(database.db, mei, 'service', night(day)))
})

const publish = async (): Promise<void> => {
  await database.db
    .insertInto('roster_months')
    .values({ month: '2026-12', state: 'published', version: 1, opened_by: null, opened_at: clock.now() })
    .execute()
  await database.db.updateTable('shifts').set({ kind: 'day' }).where('staff_id', '=', zhou).execute()
  await house.deps.transact(system, askPublished)
  await heard(house)
}
/** The letters leave, and the server of the receiver takes them. */
const post = async (): Promise<string[]> => {
  for (const job of jobs({ wellFor: () => true }, house.react).map((one) => one(house.deps)))
    if (job.kind === 'deliver-notices')
      for (const { id } of await job.list(database.db, clock.now(), 50)) await job.run(String(id))
  const files: string[] = []
  for (const { id } of await listDueMails(database.db, clock.now(), 50)) {
    const ready = await house.deps.transact(system, (tx) => beginSending(tx, id as MailId, true))
    if (ready?.file) files.push(ready.file.text)
    await house.deps.transact(system, (tx) => noteDelivery(tx, id as MailId, { state: 'sent' }))
  }
  await heard(house)
  return files
}
const follow = async (): Promise<void> => {
  for (const { id } of await listDuePeople(database.db, clock.now(), 50))
    await house.deps.transact(system, (tx) => followUp(tx, id))
  for (const { id } of await listLapsing(database.db, clock.now(), 50))
    await house.deps.transact(system, (tx) => lapse(tx, id))
  await heard(house)
}
const states = async () =>
  (await database.db.selectFrom('shift_confirmations').selectAll().orderBy('shift_id').execute()).map(
    ({ state }) => state,
  )
const owed = async () =>
  (
    await database.db
      .selectFrom('obligations')
      .selectAll()
      .where('kind', '=', 'shift_confirmation')
      .orderBy('id')
      .execute()
  ).map(({ state }) => state)
const refs = async (who: StaffId) =>
  (
    await database.db
      .selectFrom('notices as n')
      .innerJoin('notice_people as p', 'p.notice_id', 'n.id')
      .select('n.ref')
      .where('p.staff_id', '=', who)
      .orderBy('n.id')
      .execute()
  ).map(({ ref }) => ref.split(':')[0])

test('row 21: everybody is told in the page and by a letter with the calendar file; the 24 hours run from the proof of delivery', async () => {
  await publish()
  expect(await states()).toEqual(['notified', 'notified', 'notified'])
  expect(await refs(mei)).toEqual(['published'])
  expect(await owed()).toEqual([])
  const [file] = await post()
  expect(file?.match(/BEGIN:VEVENT/g)).toHaveLength(3)
  expect(file).toContain('DTSTART:20261202T140000Z')
  expect(await owed()).toEqual(['due', 'due', 'due'])
  const { due_at } = await database.db
    .selectFrom('shift_confirmations')
    .select('due_at')
    .limit(1)
    .executeTakeFirstOrThrow()
  expect(due_at).toEqual(new Date('2026-11-26T10:00:00+08:00'))
})

test('row 22: all at once or one by one, "cannot" opens the form of a swap, and each answer settles what was owed', async () => {
  await publish()
  await post()
  expect((await agent.get('/duty')).html).toContain('id="confirm-card-h"')
  expect((await agent.post(`/roster/confirmations/${shifts[0]}/yes`)).location).toBe('/roster/confirmations')
  const refused = await agent.post(`/roster/confirmations/${shifts[1]}/no`, { reason: ' ' })
  expect(refused.status).toBe(422)
  const no = await agent.post(`/roster/confirmations/${shifts[1]}/no`, { reason: '孩子家长会' })
  expect(no.location).toBe(`/roster/swaps/new?shift=${shifts[1]}`)
  expect((await agent.post('/roster/confirmations')).location).toBe('/roster/confirmations')
  await agent.post('/roster/confirmations')
  expect(await states()).toEqual(['confirmed', 'swap_needed', 'confirmed'])
  expect(await owed()).toEqual(['done', 'done', 'done'])
})

test('row 22: reminders at 4, 12 and 20 hours, then HR and the head hear of it and the shift stays assigned', async () => {
  const head = await hire(database.db, '沈岚', { roles: ['head'], posts: [] })
  await publish()
  await post()
  const nudges = async () => (await refs(mei)).filter((ref) => ref === 'nudge').length
  for (const [hours, count] of [
    [3.9, 0],
    [4, 1],
    [11.9, 1],
    [12, 2],
    [20, 3],
    [23.9, 3],
  ] as const) {
    clock.set(new Date(new Date('2026-11-25T10:00:00+08:00').getTime() + hours * 3_600_000))
    await follow()
    expect(await nudges(), `${hours} h`).toBe(count)
  }
  clock.set('2026-11-26T10:00:00+08:00')
  await follow()
  await follow()
  expect(await states()).toEqual(['unconfirmed', 'unconfirmed', 'unconfirmed'])
  expect(await owed()).toEqual(['late', 'late', 'late'])
  expect((await refs(head)).filter((ref) => ref === 'unconfirmed')).toHaveLength(1)
  expect((await refs(nuo)).filter((ref) => ref === 'unconfirmed')).toHaveLength(1)
  const { staff_id } = await database.db
    .selectFrom('shifts')
    .select('staff_id')
    .where('id', '=', shifts[0] as string)
    .executeTakeFirstOrThrow()
  expect(staff_id).toBe(mei)
  hr = await signedIn(house, nuo)
  const page = await hr.get('/roster/confirmations/all?month=2026-12')
  expect(page.html).toContain('林玫')
  expect((await hr.post(`/roster/confirmations/${shifts[0]}/heard`, { month: '2026-12' })).status).toBe(303)
  expect((await states())[0]).toBe('confirmed')
  expect(page.html).toContain('请在此前回答')
  for (const id of shifts.slice(1)) await hr.post(`/roster/confirmations/${id}/heard`, { month: '2026-12' })
  expect((await hr.get('/roster/confirmations/all?month=2026-12')).html).not.toContain('请在此前回答')
  expect((await (await signedIn(house, head)).get('/roster/confirmations/all?month=2026-12')).status).toBe(200)
  expect((await (await signedIn(house, mei)).get('/roster/confirmations/all')).status).toBe(403)
})

test('without a letter that arrived, opening the notice or the page is the proof', async () => {
  await publish()
  clock.set('2026-11-25T15:00:00+08:00')
  await agent.get('/roster/confirmations')
  const { due_at, seen_at } = await database.db
    .selectFrom('shift_confirmations')
    .selectAll()
    .limit(1)
    .executeTakeFirstOrThrow()
  expect(seen_at).toEqual(clock.now())
  expect(due_at).toEqual(new Date('2026-11-26T15:00:00+08:00'))
})

test('row 22: check-in counts as confirmation; a shift that was never published wants none and works as before', async () => {
  await publish()
  await post()
  clock.set('2026-12-02T21:50:00+08:00')
  await house.deps.transact(as(mei), (tx) => checkIn(tx, shifts[0] as ShiftId))
  await heard(house)
  expect((await states())[0]).toBe('confirmed')
  await database.db.deleteFrom('roster_months').execute()
  const plain = await roster(database.db, nuo, 'guard', night('02'))
  await house.deps.transact(as(nuo), (tx) => checkIn(tx, plain))
  await heard(house)
  expect(await states()).toHaveLength(3)
})

test('another person in a published shift is asked anew, and nothing is owed by whoever had it', async () => {
  await appointChief(database.db, clock.now())
  await publish()
  await post()
  const chen = await hire(database.db, '陈舟')
  await house.deps.transact(as(nuo, null, ['hr']), (tx) =>
    changeShift(tx, shifts[0] as ShiftId, { staffId: chen, post: 'service' }, UNSIGNED),
  )
  await heard(house)
  const [first] = await database.db.selectFrom('shift_confirmations').selectAll().orderBy('shift_id').execute()
  expect(first).toMatchObject({ staff_id: chen, state: 'notified', delivered_at: null })
  expect(await refs(chen)).toContain('published')
  expect(await owed()).toEqual(['due', 'due'])
})

test('nobody answers for another, and a made-up shift is not there', async () => {
  await publish()
  const other = await signedIn(house, await hire(database.db, '陈舟'))
  expect((await other.post(`/roster/confirmations/${shifts[0]}/yes`)).status).toBe(404)
  expect((await agent.post('/roster/confirmations/999999/yes')).status).toBe(404)
  expect((await agent.post('/roster/confirmations/x/yes')).status).toBe(404)
  expect((await agent.post(`/roster/confirmations/${shifts[0]}/yes`, { what: 'x' })).status).toBe(400)
  clock.set('2026-12-02T22:00:00+08:00')
  agent = await signedIn(house, mei)
  expect((await agent.post(`/roster/confirmations/${shifts[0]}/yes`)).status).toBe(422)
})
