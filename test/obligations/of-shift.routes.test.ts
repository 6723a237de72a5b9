import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import type { ObligationKind } from '../../server/kernel/obligations.ts'
import { lapse } from '../../server/obligations/actions.ts'
import { listLapsing } from '../../server/obligations/queries.ts'
import { system } from '../../server/platform/actor.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { appointChief, as, hire } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const NIGHT = '2026-11-24'
let house: QuietHouse
let zhou: StaffId
let mei: StaffId
let lead: Browser
let hr: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  forgetSettings()
  clock.set('2026-11-24T10:00:00+08:00')
  await appointChief(database.db, clock.now())
  zhou = await hire(database.db, '周启明', { rank: 'supervisor', posts: ['manager'] })
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), 'en')
  await plan(zhou, 'manager')
  await plan(mei, 'service')
  await heard(house)
  lead = await signedIn(house, zhou, 'en')
})

const plan = (staff: StaffId, post: string) =>
  hr.post('/roster/shifts', { staff, post, night: NIGHT, start: '22:00', end: '06:00' })
const owed = async (kind: ObligationKind) =>
  database.db
    .selectFrom('obligations')
    .select(['staff_id', 'due_at', 'state', 'clause'])
    .where('kind', '=', kind)
    .execute()
const shiftOf = async (staff: StaffId): Promise<ShiftId> =>
  (await database.db.selectFrom('shifts').select('id').where('staff_id', '=', staff).executeTakeFirstOrThrow())
    .id as ShiftId
const sweep = async (): Promise<void> => {
  for (const { id } of await listLapsing(database.db, clock.now(), 50))
    await house.deps.transact(system, (tx) => lapse(tx, id as never))
}

test('rows 11, 25, 56 and 68: a shift brings what will be due from whoever stands in it, and my night lists it from the first on', async () => {
  expect(await owed('arrival')).toHaveLength(2)
  expect(await owed('night_brief')).toEqual([
    { staff_id: zhou, due_at: new Date('2026-11-25T08:30:00+08:00'), state: 'due', clause: 11 },
  ])
  expect(await owed('shift_notes')).toEqual([
    { staff_id: zhou, due_at: new Date('2026-11-27T06:00:00+08:00'), state: 'due', clause: 68 },
  ])
  clock.set('2026-11-24T21:30:00+08:00')
  lead = await signedIn(house, zhou, 'en')
  const { html } = await lead.get('/duty')
  const places = ['Be there for the handover', 'Tell the leaders of your night', 'Note how the shifts'].map((words) =>
    html.indexOf(words),
  )
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(places[0]).toBeGreaterThan(0)
  const agent = await signedIn(house, mei, 'en')
  expect((await agent.get('/duty')).html).not.toContain('Tell the leaders')
})

test('whoever leads the night instead owes it instead', async () => {
  const gao = await hire(database.db, '高岚', { rank: 'manager', posts: ['manager'] })
  expect((await hr.post(`/roster/shifts/${await shiftOf(zhou)}`, { staff: gao, post: 'manager' })).status).toBe(303)
  await heard(house)
  expect((await owed('night_brief')).map(({ staff_id }) => staff_id)).toEqual([gao])
  expect((await owed('shift_notes')).map(({ staff_id }) => staff_id)).toEqual([gao])
})

test('row 68: the notes of a night are done with the last of its shifts', async () => {
  const lin = await hire(database.db, '何雨', { posts: ['service'] })
  await plan(lin, 'service')
  clock.set('2026-11-25T06:30:00+08:00')
  lead = await signedIn(house, zhou, 'en')
  const note = { reachable: '3', records: '2', courteous: '3', helpful: '2', words: '', link: '' }
  expect((await lead.post(`/appraisal/notes/${await shiftOf(mei)}`, note)).status).toBe(303)
  expect((await owed('shift_notes'))[0]?.state).toBe('due')
  expect((await lead.post(`/appraisal/notes/${await shiftOf(lin)}`, note)).status).toBe(303)
  expect((await owed('shift_notes'))[0]?.state).toBe('done')
})

/** It is over, and its brief is written. */
async function aNightWithAnAlarm() {
  const night = openTelling(house)
  clock.set('2026-11-24T21:40:00+08:00')
  await house.deps.transact(as(zhou, null), async (tx) => checkIn(tx, await shiftOf(zhou)))
  await database.db
    .insertInto('alarms')
    .values({ kind: 'nobody_on_post', ticket_id: null, raised_at: new Date('2026-11-25T01:00:00+08:00') } as never)
    .execute()
  clock.set('2026-11-25T06:00:30+08:00')
  await night.tick(['plan-mornings'])
  await night.tick(['write-briefs'])
  return night
}

test('row 11: a word to the leaders is the brief of the night; one that went by itself was not told by anybody', async () => {
  await aNightWithAnAlarm()
  expect(await owed('night_brief')).toMatchObject([{ staff_id: zhou, state: 'due' }])
  lead = await signedIn(house, zhou, 'en')
  const { html } = await lead.get(`/brief/${NIGHT}`)
  const version = /name="version" value="(\d+)"/.exec(html)?.[1] ?? ''
  expect((await lead.post(`/brief/${NIGHT}/words`, { words: 'A quiet night but for one alarm', version })).status).toBe(
    303,
  )
  expect((await owed('night_brief'))[0]?.state).toBe('done')
})

test('row 11: a brief that nobody has touched by half past eight goes, and is missed by whoever led the night', async () => {
  const night = await aNightWithAnAlarm()
  clock.set('2026-11-25T08:30:00+08:00')
  await night.tick(['write-briefs'])
  await sweep()
  expect((await owed('night_brief'))[0]?.state).toBe('missed')
})
