import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { generateRoster } from '../../../jobs/generate-roster.ts'
import type { RosterRunId, StaffId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import { openMonth } from '../../../server/roster/months/actions.ts'
import { askRun, cancelRun, noteProgress, storeFound, takeUpRun } from '../../../server/roster/months/runs/actions.ts'
import { findRun, listAsked } from '../../../server/roster/months/runs/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { as, hire, train } from '../../support/people.ts'
import { openHouse, type QuietHouse } from '../../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let xu: StaffId

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  xu = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  for (const name of ['陈舟', '卫平', '方圆', '周启明', '秦岭'])
    await hire(database.db, name, { posts: ['manager'], rank: 'supervisor' })
  for (const name of ['林玫', '安然', '魏来']) await hire(database.db, name, { posts: ['service'] })
  await train(database.db)
  await hr((tx) => openMonth(tx, MONTH, house.deps.config.timeZone))
})

const MONTH = '2026-12'
type Act = Parameters<QuietHouse['deps']['transact']>[1]
const hr = (act: Act) => house.deps.transact(as(xu, null, ['hr']), act)
const nightly = (act: Act) => house.deps.transact(system, act)
const ask = async (): Promise<RosterRunId> => {
  await hr((tx) => askRun(tx, MONTH, 5))
  return (await run()).id
}
const run = async () => {
  const found = await findRun(database.db, MONTH)
  if (!found) throw new Error('nothing was asked for')
  return found
}
const asked = async () => (await listAsked(database.db, clock.now(), 10)).map(({ id }) => id)
const cells = () => database.db.selectFrom('roster_cells').select(['night', 'post', 'staff_id']).execute()

test('a roster that was asked for is looked for aside, becomes the plan at once, and nothing is left to do', async () => {
  const id = await ask()
  expect(await asked()).toEqual([id])
  await generateRoster(house.deps).run(id)
  expect(await run()).toMatchObject({ state: 'done', progress: 100 })
  const managed = (await cells()).filter(({ post }) => post === 'manager')
  expect(new Set(managed.map(({ night }) => night)).size).toBe(31)
  expect(await asked()).toEqual([])
}, 60_000)

test('a process that dies over it leaves no half plan: it is begun anew once nobody has been at it for a while', async () => {
  const id = await ask()
  expect(await nightly((tx) => takeUpRun(tx, id))).toBe(true)
  clock.forward({ seconds: 10 })
  await nightly((tx) => noteProgress(tx, id, 40))
  clock.forward({ seconds: 10 })
  // Somebody is at it: nobody else takes it up.
  expect(await asked()).toEqual([])
  expect(await nightly((tx) => takeUpRun(tx, id))).toBe(false)
  clock.forward({ seconds: 6 })
  expect(await asked()).toEqual([id])
  expect(await cells()).toEqual([])
  await generateRoster(house.deps).run(id)
  expect((await run()).state).toBe('done')
}, 60_000)

test('what was stopped changes nothing, however far it had got, and can be asked for anew', async () => {
  const id = await ask()
  await nightly((tx) => takeUpRun(tx, id))
  await hr((tx) => cancelRun(tx, MONTH))
  expect(await nightly((tx) => noteProgress(tx, id, 60))).toBe(false)
  const cell = { night: '2026-12-03', post: 'service' as const, staffId: xu, backup: false, locked: false, why: null }
  await nightly((tx) => storeFound(tx, id, { cells: [cell], result: { gaps: [] } }))
  expect(await cells()).toEqual([])
  expect((await run()).state).toBe('cancelled')
  expect(await ask()).not.toBe(id)
})

test('of two processes that find the same roster asked for, one looks for it', async () => {
  const id = await ask()
  const taken = await Promise.all([nightly((tx) => takeUpRun(tx, id)), nightly((tx) => takeUpRun(tx, id))])
  expect(taken.toSorted()).toEqual([false, true])
})
