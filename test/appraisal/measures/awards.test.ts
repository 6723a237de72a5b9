import { beforeEach, expect, test } from 'vitest'
import { decide, objectTo, reopen, reviewAppraisal, signAppraisal } from '../../../server/appraisal/deciding/actions.ts'
import { decideMeasure, putForward, stateOwn, withdrawMeasure } from '../../../server/appraisal/measures/actions.ts'
import { listOfAppraisal } from '../../../server/appraisal/measures/queries.ts'
import type { MeasureId, StaffId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import { executeReward } from '../../../server/recognition/actions.ts'
import { setCommendation } from '../../../server/recognition/queries.ts'
import { listWall } from '../../../server/recognition/wall/queries.ts'
import type { Transact } from '../../../server/schema.ts'
import {
  countOctober,
  nextStage,
  night,
  octoberOf,
  openOctober,
  owed,
  rated,
  worked,
  ZONE,
} from '../../support/appraisal.ts'
import { handSetClock } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { as, hire } from '../../support/people.ts'
import { heard } from '../../support/server.ts'
import { signedIn } from '../../support/staff.ts'
import { toldAbout } from '../../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const quiet = testHouse(database, clock)
const transact: Transact = (actor, act) => quiet.deps.transact(actor, act)
let mei: StaffId
let xu: StaffId
let he: StaffId
let song: StaffId

const hr = () => as(xu, null, ['hr'])
const group = (one = he) => as(one, null, ['leadership'])
const of = () => octoberOf(database.db, mei)

/** October is excellent, and the award for it stands on the wall. */
beforeEach(async () => {
  const { db } = database
  clock.set('2026-10-31T12:00:00+08:00')
  mei = await hire(db, '林玫', { posts: ['service'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: [] })
  he = await hire(db, '何总', { roles: ['leadership'], rank: 'vice_president', posts: [] })
  song = await hire(db, '宋理', { roles: ['leadership'], rank: 'manager', posts: [] })
  await worked(db, mei, 'service', { night: '2026-09-20' })
  for (let day = 1; day <= 12; day++) await worked(db, mei, 'service', { night: night(day) })
  await owed(db, mei, { done: 350, of: 350 })
  for (let n = 0; n < 30; n++) await rated(db, mei, { service: 5 })
  const house = { db, transact, clock }
  let month = await openOctober(house)
  while (month.state !== 'signing') {
    if (month.state === 'review') await review()
    month = await nextStage(house)
  }
  await transact(group(), async (tx) => signAppraisal(tx, (await of()).id))
  await nextStage(house)
  expect(await of()).toMatchObject({ grade: 'excellent', state: 'published' })
  const id = (await award()).id
  await transact(hr(), (tx) => putForward(tx, id, { coefficient: null, why: '十月优秀', zone: ZONE }))
  await transact(as(mei, null), (tx) => stateOwn(tx, id, '谢谢'))
  await transact(group(), (tx) => decideMeasure(tx, id, { outcome: 'decided', why: '三十位客户都说好', zone: ZONE }))
  await heard(quiet)
  expect(await wall()).toEqual(['三十位客户都说好'])
})

const review = (points = 0) =>
  transact(hr(), async (tx) => reviewAppraisal(tx, (await of()).id, { points, why: '重新核对' }))
async function award() {
  const found = (await listOfAppraisal(database.db, (await of()).id, clock.now())).find(({ kind }) => kind === 'award')
  if (!found) throw new Error('no award was recommended')
  return found
}
const wall = async () => (await listWall(database.db, { before: null, limit: 9 })).map(({ citation }) => citation)
/** What she has been told about commendations and is not over. */
const told = () => toldAbout(quiet, mei, 'recognition')
const commendation = () => database.db.selectFrom('commendations').selectAll().executeTakeFirstOrThrow()
test('an award that an amended month no longer carries leaves the wall by itself, and its person reads why', async () => {
  const { id } = await of()
  await transact(as(mei, null), (tx) => objectTo(tx, id, '我那夜有事先走'))
  await transact(group(song), (tx) => decide(tx, id, { outcome: 'amended', points: -12, why: '先走属实' }))
  expect((await of()).grade).toBe('competent')
  await heard(quiet)
  expect(await wall()).toEqual([])
  expect(await told()).toEqual(['revoked'])
  // The history stays: who granted it, when, with which words.
  expect(await commendation()).toMatchObject({
    state: 'revoked',
    revoked_by: null,
    decided_by: he,
    decision: '三十位客户都说好',
    revocation: '',
  })
  const page = await signedIn(quiet, mei)
  const shown = await page.get(`/commendations/${(await commendation()).id}`)
  expect(shown.status).toBe(200)
  expect(shown.html).toContain('它依据的月度考核有了新版')
  expect(shown.html).toContain('三十位客户都说好')
  expect((await page.get('/commendations')).html).toContain('已撤销')
  // Put back on the wall by nobody.
  expect((await page.post(`/commendations/${(await commendation()).id}/wall`, { shown: 'yes' })).status).toBe(404)
})

test('a version of the month that is opened again and stays excellent leaves the award where it is', async () => {
  const { id } = await of()
  await transact(hr(), (tx) => reopen(tx, id, { why: '补录', link: '/obligations' }))
  await countOctober({ db: database.db, transact, clock })
  expect(await wall()).toHaveLength(1)
  await review()
  await transact(group(), (tx) => signAppraisal(tx, id))
  await heard(quiet)
  expect(await of()).toMatchObject({ revision: 2, grade: 'excellent' })
  expect(await wall()).toHaveLength(1)
})

test('personnel takes the measure back with a reason: the award goes with it, also where its reward was given out', async () => {
  const { id } = await commendation()
  await transact(system, (tx) => setCommendation(tx, id as never, { reward: '证书' }))
  await transact(hr(), (tx) => executeReward(tx, id as never))
  await transact(hr(), async (tx) =>
    withdrawMeasure(tx, (await award()).id as MeasureId, { why: '与季度奖重复', zone: ZONE }),
  )
  await heard(quiet)
  expect(await wall()).toEqual([])
  expect(await commendation()).toMatchObject({
    state: 'revoked',
    revocation: '与季度奖重复',
    revoked_by: xu,
    executed_by: xu,
  })
  expect(await told()).toEqual(['revoked'])
  expect((await (await signedIn(quiet, mei, 'en')).get(`/commendations/${id}`)).html).toContain('与季度奖重复')
})

test('a decision that is heard after its measure fell grants nothing', async () => {
  await database.db.deleteFrom('commendations').execute()
  const { id } = await award()
  const again = { state: 'pending' as const, decided_by: null, decided_at: null }
  await database.db.updateTable('appraisal_measures').set(again).where('id', '=', id).execute()
  await transact(group(song), (tx) => decideMeasure(tx, id, { outcome: 'decided', why: '同意', zone: ZONE }))
  await transact(hr(), (tx) => withdrawMeasure(tx, id, { why: '误报', zone: ZONE }))
  await heard(quiet)
  expect(await database.db.selectFrom('commendations').select('id').execute()).toEqual([])
})
