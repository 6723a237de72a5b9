import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { setActive } from '../../../server/accounts/people/queries.ts'
import type { ShiftId, StaffId } from '../../../server/kernel/ids.ts'
import { changeShift, releaseShifts } from '../../../server/roster/actions.ts'
import { datesOf } from '../../../server/roster/month.ts'
import { getShift } from '../../../server/roster/queries.ts'
import { changeHands } from '../../../server/roster/swaps/deciding/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { leadDecember, PLAN } from '../../support/december.ts'
import { UNSIGNED } from '../../support/month.ts'
import { appointChief, as, hire } from '../../support/people.ts'
import { openHouse, type QuietHouse } from '../../support/server.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let hr: Browser
let xu: StaffId
let lead: StaffId
let deputy: StaffId
let mei: StaffId
let an: StaffId
let wei: StaffId
let fang: StaffId

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
  an = await hire(database.db, '安然', { posts: ['service'] })
  wei = await hire(database.db, '魏来', { posts: ['service'] })
  fang = await appointChief(database.db, clock.now())
  await hr.post(`${PLAN}/opening`)
  await leadDecember(hr, { lead, deputy })
  await cells(`2026-12-10 ${mei} service;2026-12-14 ${an} service`)
  await publish()
})

const cells = (changes: string) => hr.post(`${PLAN}/cells`, { changes }, { htmx: true })
const publish = (more: { seen?: string } = {}) =>
  hr.post(`${PLAN}/publication`, { reason: 'December', leader: fang, ...more })
const shiftAt = async (night: string, staffId: StaffId): Promise<ShiftId> =>
  (
    await database.db
      .selectFrom('shifts')
      .select('id')
      .where('night', '=', night)
      .where('staff_id', '=', staffId)
      .executeTakeFirstOrThrow()
  ).id as ShiftId
const standing = async (night: string, post = 'service') =>
  (
    await database.db
      .selectFrom('shifts')
      .select('staff_id')
      .where('night', '=', night)
      .where('post', '=', post as 'service')
      .orderBy('staff_id')
      .execute()
  ).map((row) => row.staff_id)
const planned = async (night: string) =>
  (
    await database.db
      .selectFrom('roster_cells')
      .select('staff_id')
      .where('night', '=', night)
      .where('post', '=', 'service')
      .orderBy('staff_id')
      .execute()
  ).map((row) => row.staff_id)
/** Mei gives her night of the 10th to somebody, as a swap does when HR has approved it. */
const give = async (to: StaffId) =>
  house.deps.transact(as(xu, null, ['hr']), async (tx) => {
    const shift = await getShift(tx.db, await shiftAt('2026-12-10', mei))
    await changeHands(tx, [{ shift, to }], 'Asia/Shanghai')
  })

test('a swap that comes while HR is changing the month loses nothing of either, and HR reads what came between', async () => {
  await cells(`2026-12-14 ${an} -;2026-12-14 ${wei} service`)
  await give(wei)
  expect(await planned('2026-12-14')).toEqual([wei])
  expect(await planned('2026-12-10')).toEqual([wei])
  const { html } = await hr.get(PLAN)
  expect(html).toContain('Not published yet')
  expect(html).toContain('something else came into force')
  expect(html).toContain('Version 2')
  expect(html).not.toContain('You have changed this night too')
  expect((await publish()).status).toBe(303)
  expect(await standing('2026-12-10')).toEqual([wei])
  expect(await standing('2026-12-14')).toEqual([wei])
  expect((await hr.get(PLAN)).html).not.toContain('Not published yet')
})

test('where both have changed one night, both stand and it is said; undo takes back only what HR did', async () => {
  await cells(`2026-12-10 ${mei} -;2026-12-10 ${an} service`)
  await give(wei)
  expect(await planned('2026-12-10')).toEqual([an, wei])
  expect((await hr.get(PLAN)).html).toContain('You have changed this night too')
  await hr.post(`${PLAN}/undo`)
  expect(await planned('2026-12-10')).toEqual([wei])
  expect((await hr.get(PLAN)).html).not.toContain('Not published yet')
})

test('whoever publishes has seen the newest version: another came between, and it is said', async () => {
  await cells(`2026-12-14 ${an} -;2026-12-14 ${wei} service`)
  await give(wei)
  const refused = await publish({ seen: '1' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('Version 2 came into force while you looked')
  expect(await standing('2026-12-14')).toEqual([an])
  expect((await publish({ seen: '2' })).status).toBe(303)
})

test('a version says what was really in force, whatever HR has open', async () => {
  await cells(`2026-12-14 ${an} -;2026-12-14 ${wei} service`)
  await house.deps.transact(as(xu, null, ['hr']), async (tx) =>
    changeShift(tx, await shiftAt('2026-12-10', mei), { staffId: wei, post: 'service' }, UNSIGNED),
  )
  const version = await database.db
    .selectFrom('roster_versions')
    .select('cells')
    .where('version', '=', 2)
    .executeTakeFirstOrThrow()
  const fourteenth = version.cells.filter(({ night, post }) => night === '2026-12-14' && post === 'service')
  expect(fourteenth.map(({ staffId }) => staffId)).toEqual([an])
})

test('H1: a named backup who leaves is named no more: the nights ahead lack one by name, and what is over stays as it was', async () => {
  clock.set('2026-12-10T12:00:00+08:00')
  await house.deps.transact(as(xu, null, ['hr', 'administrator']), async (tx) => {
    await setActive(tx, deputy, false)
    await releaseShifts(tx, deputy, 'Asia/Shanghai')
  })
  const { version, why, cells, findings } = await database.db
    .selectFrom('roster_versions')
    .select(['version', 'why', 'cells', 'findings'])
    .orderBy('version', 'desc')
    .executeTakeFirstOrThrow()
  expect({ version, why }).toEqual({ version: 2, why: 'left' })
  const backups = cells.filter(({ backup }) => backup).map(({ night }) => night)
  expect(backups).toEqual(datesOf('2026-12').filter((night) => night < '2026-12-10'))
  expect(findings.filter(({ code }) => code === 'backup_none').map(({ night }) => night)).toEqual(
    datesOf('2026-12').filter((night) => night >= '2026-12-10'),
  )
  expect(cells.filter(({ post, backup }) => post === 'manager' && !backup)).toHaveLength(31)
  hr = await signedIn(house, xu, 'en')
  expect((await hr.get(PLAN)).html).toContain('nights 10–31')
})
