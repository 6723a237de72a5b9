import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import { freezeMonth } from '../../../server/roster/months/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { leadDecember, PLAN } from '../../support/december.ts'
import { appointChief, hire } from '../../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../../support/server.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let hr: Browser
let xu: StaffId
let lead: StaffId
let deputy: StaffId
let mei: StaffId

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  xu = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  hr = await signedIn(house, xu, 'en')
  lead = await hire(database.db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  deputy = await hire(database.db, '卫平', { posts: ['manager'], rank: 'supervisor' })
  mei = await hire(database.db, '林玫', { posts: ['service'] })
})

const open = () => hr.post(`${PLAN}/opening`)
const cells = (changes: string) => hr.post(`${PLAN}/cells`, { changes }, { htmx: true })
const publish = (fields: { reason?: string; leader?: string } = {}) =>
  hr.post(`${PLAN}/publication`, { reason: '', leader: '', ...fields })
const shifts = () =>
  database.db
    .selectFrom('shifts')
    .select(['night', 'post', 'staff_id'])
    .where('kind', '=', 'night')
    .orderBy('night')
    .execute()
const stored = () =>
  database.db.selectFrom('roster_cells').select(['night', 'post', 'staff_id', 'backup']).orderBy('night').execute()

/** Every night of December led by one and backed by the other. */
async function led(): Promise<void> {
  await open()
  await leadDecember(hr, { lead, deputy })
}
/** The group has its head, so that something can be published at all (row 5). */
const chief = (): Promise<StaffId> => appointChief(database.db, clock.now())

test('a plan is a draft that only HR sees: cells are set, moved, locked and taken back, and nobody stands anywhere by it', async () => {
  expect((await hr.get(PLAN)).html).toContain('This month is not planned yet')
  expect((await open()).status).toBe(303)
  await open()
  const set = await cells(`2026-12-03 ${mei} service`)
  expect(set.status).toBe(200)
  expect(set.html).toContain('data-filled="service"')
  await cells(`2026-12-03 ${mei} -;2026-12-04 ${mei} service`)
  expect(await stored()).toEqual([{ night: '2026-12-04', post: 'service', staff_id: mei, backup: false }])
  await hr.post(`${PLAN}/locks`, { night: '2026-12-04', staff: mei, locked: 'yes' })
  expect((await cells(`2026-12-04 ${mei} -`)).html).toContain('This cell is locked')
  await hr.post(`${PLAN}/undo`)
  await hr.post(`${PLAN}/undo`)
  expect(await stored()).toEqual([{ night: '2026-12-03', post: 'service', staff_id: mei, backup: false }])
  expect(await shifts()).toEqual([])
  const agent = await signedIn(house, mei)
  expect((await agent.get(PLAN)).status).toBe(403)
})

test('what a cell breaks is said in the cell, in words with the clause', async () => {
  await open()
  const { html } = await cells(`2026-12-03 ${mei} guard`)
  expect(html).toMatch(/data-broken[^>]*title="[^"]*Is not named for this post\. \(Regulation IV\.1\)/)
})

test('row 8 and row 5: without a duty manager on each night, or without a head of the group, nothing is published', async () => {
  await chief()
  await open()
  const refused = await publish({ reason: 'because', leader: '' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('bar this roster from being published')
  expect(await shifts()).toEqual([])
})

test('row 3: what breaks a rule is published with a reason and the name of a leader alone', async () => {
  const fang = await chief()
  await led()
  const none = await publish()
  expect(none.html).toContain('give the reason')
  expect((await publish({ reason: 'December' })).html).toContain('name the leader')
  expect((await publish({ reason: 'December', leader: mei })).html).toContain('not in the leadership group')
  expect((await publish({ reason: 'Two people for a month', leader: fang })).status).toBe(303)
  const [version] = await database.db.selectFrom('roster_versions').selectAll().execute()
  expect(version).toMatchObject({ version: 1, why: 'published', reason: 'Two people for a month', leader_id: fang })
})

test('row 20: a published plan is what people are routed by: its nights are shifts, the backup stays at home', async () => {
  const fang = await chief()
  await led()
  await publish({ reason: 'x', leader: fang })
  await heard(house)
  const standing = await shifts()
  expect(standing).toHaveLength(31)
  expect(new Set(standing.map(({ staff_id }) => staff_id))).toEqual(new Set([lead]))
  const events = await database.db.selectFrom('events').select('name').where('name', 'like', 'month.%').execute()
  expect(events.map(({ name }) => name)).toContain('month.published')
})

test('a change after publication is the next version, whoever makes it, and no version is ever changed', async () => {
  const fang = await chief()
  await led()
  await publish({ reason: 'x', leader: fang })
  expect((await publish({ reason: 'x', leader: fang })).html).toContain('Nothing has changed')
  await cells(`2026-12-09 ${lead} -;2026-12-09 ${deputy} manager`)
  await cells(`2026-12-09 ${lead} manager+`)
  expect((await publish({ reason: 'Doctor', leader: fang })).status).toBe(303)
  const ninth = (await shifts()).filter(({ night }) => night === '2026-12-09')
  expect(ninth).toEqual([{ night: '2026-12-09', post: 'manager', staff_id: deputy }])
  const { html } = await hr.get(`${PLAN}/versions`)
  expect(html).toContain('Version 2')
  await expect(database.db.updateTable('roster_versions').set({ late: true }).execute()).rejects.toThrow(
    /never changed/,
  )
  await expect(database.db.deleteFrom('roster_versions').execute()).rejects.toThrow(/never changed/)
})

test('what runs or is over stays, and a month that is over is frozen', async () => {
  const fang = await chief()
  await led()
  await publish({ reason: 'x', leader: fang })
  clock.set('2026-12-10T12:00:00+08:00')
  hr = await signedIn(house, xu, 'en')
  expect((await cells(`2026-12-09 ${lead} -`)).html).toContain('over or running')
  clock.set('2027-01-02T12:00:00+08:00')
  hr = await signedIn(house, xu, 'en')
  await house.deps.transact(system, (tx) => freezeMonth(tx, '2026-12'))
  const late = await hr.post(`${PLAN}/undo`)
  expect(late.status).toBe(422)
  expect(late.html).toContain('stays as it was')
})

test('row 19: what is published less than 72 hours before its first night is late, and says so', async () => {
  const fang = await chief()
  clock.set('2026-11-29T12:00:00+08:00')
  hr = await signedIn(house, xu, 'en')
  await led()
  expect((await hr.get(PLAN)).html).toContain('It is late')
  await publish({ reason: 'x', leader: fang })
  expect((await database.db.selectFrom('roster_versions').select('late').execute())[0]?.late).toBe(true)
})

test('a published month follows what is changed on its nights by hand', async () => {
  const fang = await chief()
  await led()
  await publish({ reason: 'x', leader: fang })
  const added = await hr.post('/roster/shifts', {
    staff: mei,
    post: 'service',
    night: '2026-12-12',
    start: '22:00',
    end: '06:00',
  })
  expect(added.status).toBe(303)
  expect((await stored()).filter(({ staff_id }) => staff_id === mei)).toHaveLength(1)
  const versions = await database.db
    .selectFrom('roster_versions')
    .select(['version', 'why'])
    .orderBy('version')
    .execute()
  expect(versions).toEqual([
    { version: 1, why: 'published' },
    { version: 2, why: 'changed' },
  ])
})

test('made-up months, nights, people and posts are refused and leave the plan as it is', async () => {
  await open()
  for (const changes of ['2026-12-33 1 service', '2026-12-03 0 service', '2026-12-03 1 cook', 'x', ''])
    expect((await cells(changes)).status).toBe(400)
  expect((await cells(`2026-11-30 ${mei} service`)).status).toBe(404)
  expect((await cells(`2026-12-03 999999 service`)).status).toBe(404)
  for (const month of ['2026-13', '1999-01', 'x']) expect((await hr.get(`/roster/plan/${month}`)).status).toBe(404)
  expect((await hr.post('/roster/plan/2029-01/opening')).status).toBe(422)
  expect(await stored()).toEqual([])
})
