import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { closeAttendances } from '../../jobs/close-attendances.ts'
import type { DueJob } from '../../jobs/due-job.ts'
import { dutyOf } from '../../server/attendance/contributions.ts'
import { listCandidates } from '../../server/desk/offers/queries.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { forgetSettings, storeSetting } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire, putOnPost, roster, see } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const at = (time: string) => clock.set(`2026-11-24T${time}:00+08:00`)
const MORNING = { from: '2026-11-24T06:00:00+08:00', to: '2026-11-24T14:00:00+08:00', night: '2026-11-24' }
let house: QuietHouse
let mei: StaffId
let lin: StaffId
let zhou: StaffId
let relief: ShiftId
let agent: Browser
let next: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  forgetSettings()
  at('05:30')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  lin = await hire(database.db, '何雨', { posts: ['service'] })
  zhou = await hire(database.db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  await putOnPost(database.db, mei, 'service')
  const lead = await roster(database.db, zhou, 'manager', {
    from: '2026-11-24T05:00:00+08:00',
    to: MORNING.to,
    night: '2026-11-24',
  })
  relief = await roster(database.db, lin, 'service', MORNING)
  await (await signedIn(house, zhou, 'en')).post('/duty/check-in', { shift: lead })
  agent = await signedIn(house, mei, 'en')
  next = await signedIn(house, lin, 'en')
})

const close = async () => {
  const kind: ReturnType<DueJob> = closeAttendances(house.deps)
  for (const { id } of await kind.list(database.db, clock.now(), 100)) await kind.run(id)
}
const onPost = async (staff = mei) => (await dutyOf(database.db, staff, clock.now()))?.state ?? null
const told = async (ref: string): Promise<string[]> => {
  await heard(house)
  const rows = await database.db
    .selectFrom('notices as n')
    .innerJoin('notice_people as p', 'p.notice_id', 'n.id')
    .select(['p.staff_id', 'n.importance'])
    .where('n.ref', 'like', `${ref}:%`)
    .where('n.settled_at', 'is', null)
    .execute()
  return rows.map(({ staff_id, importance }) => `${importance} ${staff_id}`)
}
const asked = async () => (await listCandidates(database.db, clock.now())).map(({ staffId }) => staffId)

test('row 26: where relief is missing the post is held at the end, the duty manager is paged, and who stays is asked to say so', async () => {
  at('06:00')
  await close()
  expect(await onPost()).toBe('on_duty')
  expect(await told('extended')).toEqual([`duty ${zhou}`])
  expect(await told('stay')).toEqual([`important ${mei}`])
  const page = (await agent.get('/duty')).html
  expect(page).toContain('your relief has not come')
  expect(page).toContain('I stay on')
  expect(page).toContain('The post is held until 06:15')
  at('06:15')
  await close()
  expect(await onPost()).toBeNull()
  expect(await told('extended')).toEqual([])
})

test('row 26: whoever says that they stay holds the post, is offered customers, and goes when relief comes; it counts as work', async () => {
  at('06:00')
  await close()
  expect((await agent.post('/duty/stay')).status).toBe(303)
  await agent.post('/duty/stay')
  at('06:40')
  await close()
  await see(database.db, mei, clock.now())
  expect(await asked()).toEqual([mei])
  expect((await agent.get('/desk')).status).toBe(200)
  at('07:30')
  await next.post('/duty/check-in', { shift: relief })
  await close()
  expect(await onPost()).toBeNull()
  expect(await asked()).toEqual([lin])
  expect(await told('extended')).toEqual([])
  const hours = (await agent.get('/attendance/hours?month=2026-11')).html
  expect(hours).toContain('stayed on 1.5 h')
  expect(hours).toContain('9.25 h')
  expect(hours).toContain('overtime 1.25 h')
})

test('nobody holds a post whose relief is there, or more people than are missing', async () => {
  const he = await hire(database.db, '何年', { posts: ['service'] })
  await putOnPost(database.db, he, 'service')
  await roster(database.db, await hire(database.db, '方宁', { posts: ['service'] }), 'service', MORNING)
  at('05:50')
  await next.post('/duty/check-in', { shift: relief })
  at('06:00')
  await close()
  const staying = await database.db
    .selectFrom('attendances')
    .select('staff_id')
    .where('stays_until', 'is not', null)
    .execute()
  expect(staying).toHaveLength(1)
  expect([await onPost(mei), await onPost(he)].filter(Boolean)).toHaveLength(1)
})

test('a shift that nobody on the roster follows ends as it should, unless its person has said that they stay', async () => {
  await database.db.deleteFrom('shifts').where('id', '=', relief).execute()
  at('05:44')
  expect((await agent.post('/duty/stay')).html).toContain('From 15 minutes before the end')
  at('05:50')
  expect((await agent.post('/duty/stay')).status).toBe(303)
  at('06:00')
  await close()
  expect(await onPost()).toBe('on_duty')
  at('09:00')
  await close()
  expect(await onPost()).toBeNull()
})

test('who stays may go at any time, and who is relieved before the end does not stay', async () => {
  at('05:50')
  await agent.post('/duty/stay')
  at('05:55')
  await next.post('/duty/check-in', { shift: relief })
  expect((await agent.post('/duty/stay')).html).toContain('Your relief is there')
  at('06:00')
  await close()
  expect(await onPost()).toBeNull()
})

test('a company in which nobody stays is asked nothing', async () => {
  await house.deps.transact(system, (tx) =>
    storeSetting(tx.db, { key: 'staysMostHours', value: 0, by: null, at: tx.now }).then(() => undefined),
  )
  forgetSettings()
  at('06:00')
  expect((await agent.post('/duty/stay')).html).toContain('Nobody stays on')
  await close()
  expect(await onPost()).toBeNull()
})
