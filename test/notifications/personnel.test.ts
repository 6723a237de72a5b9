import { beforeEach, expect, test } from 'vitest'
import { askCoaching } from '../../server/appraisal/coaching/actions.ts'
import {
  acknowledge,
  decide,
  objectTo,
  reopen,
  reviewAppraisal,
  signAppraisal,
} from '../../server/appraisal/deciding/actions.ts'
import { passReview } from '../../server/appraisal/hands/actions.ts'
import { endAnswering } from '../../server/appraisal/publishing/actions.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { countOctober, nextStage, night, octoberOf, openOctober, owed, worked } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { appointChief, as, hire } from '../support/people.ts'
import { toldAbout } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const quiet = testHouse(database, clock)
let mei: StaffId
let chen: StaffId
let xu: StaffId
let wu: StaffId
let he: StaffId

beforeEach(async () => {
  const { db } = database
  clock.set('2026-10-31T12:00:00+08:00')
  mei = await hire(db, '林玫', { posts: ['service'] })
  chen = await hire(db, '陈舟', { rank: 'supervisor', posts: ['manager'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: [] })
  wu = await hire(db, '吴宁', { roles: ['hr'], posts: [] })
  he = await appointChief(db, clock.now(), '何总')
  await db
    .updateTable('staff')
    .set({ standing_roles: ['leadership'] })
    .where('id', '=', he)
    .execute()
  for (const one of [mei, chen]) await worked(db, one, one === chen ? 'manager' : 'service', { night: '2026-09-20' })
  for (let day = 1; day <= 6; day++) {
    await worked(db, mei, 'service', { night: night(day) })
    await worked(db, chen, 'manager', { night: night(day) })
  }
  await owed(db, mei, { done: 44, of: 50 })
})

const house = () => ({ db: database.db, transact: quiet.deps.transact, clock })
const of = (staffId: StaffId) => octoberOf(database.db, staffId)
/** What somebody has been told so far and is not over: `counted`, `score` … */
const told = (staffId: StaffId) => toldAbout(quiet, staffId, 'appraisal')

test('each stage tells whoever must act, and what is over is settled (row 67)', async () => {
  await openOctober(house())
  expect(await told(mei)).toEqual(['counted'])
  await nextStage(house())
  expect(await told(mei)).toEqual(['comment'])
  await nextStage(house())
  expect(await told(chen)).toEqual(['comment', 'score'])
  // Whoever led the nights is the group's to score.
  expect(await told(he)).toEqual(['score'])
  await nextStage(house())
  expect(await told(xu)).toEqual(['late_personnel', 'review'])
  expect(await told(chen)).toEqual(['comment'])
})

test('a stage that nobody finished is told one level up: personnel, the group, whoever heads it (row 67)', async () => {
  await openOctober(house())
  for (let n = 0; n < 3; n++) await nextStage(house())
  expect(await told(xu)).toContain('late_personnel')
  expect(await told(he)).not.toContain('late_group')
  await nextStage(house())
  expect(await told(he)).toContain('late_group')
})

test('publication, objection and decision are told to whom they concern, never to whoever has had a part', async () => {
  await openOctober(house())
  for (let n = 0; n < 3; n++) await nextStage(house())
  for (const one of [mei, chen])
    await quiet.deps.transact(as(xu, null, ['hr']), async (tx) =>
      reviewAppraisal(tx, (await of(one)).id, { points: 0, why: '' }),
    )
  await nextStage(house())
  await nextStage(house())
  expect(await told(mei)).toEqual(['published'])
  const { id } = await of(mei)
  await quiet.deps.transact(as(chen, null), async (tx) => acknowledge(tx, (await of(chen)).id))
  expect(await told(chen)).toEqual([])
  await quiet.deps.transact(as(mei, null), (tx) => objectTo(tx, id, '交接有记录'))
  expect(await told(xu)).not.toContain('objected')
  expect(await told(wu)).toContain('objected')
  expect(await told(he)).toContain('objected')
  await quiet.deps.transact(as(wu, null, ['hr']), (tx) =>
    decide(tx, id, { outcome: 'upheld', points: 0, why: '记录无误' }),
  )
  expect(await told(mei)).toEqual(['decided'])
  expect(await told(he)).not.toContain('objected')
})

test('what is late after the stages goes one level up, and is settled by whoever does it', async () => {
  await openOctober(house())
  for (let n = 0; n < 3; n++) await nextStage(house())
  const review = (by: StaffId, of: string) =>
    quiet.deps.transact(as(by, null, ['hr']), (tx) => reviewAppraisal(tx, of as never, { points: 0, why: '' }))
  for (const one of [mei, chen]) await review(xu, (await of(one)).id)
  await nextStage(house())
  await nextStage(house())
  const { id } = await of(mei)
  await quiet.deps.transact(as(mei, null), (tx) => objectTo(tx, id, '交接有记录'))
  clock.set((await of(mei)).answerDueAt as Date)
  await quiet.deps.transact(system, (tx) => endAnswering(tx, id))
  expect(await told(he)).toContain('late_objection')
  await quiet.deps.transact(as(wu, null, ['hr']), (tx) =>
    decide(tx, id, { outcome: 'upheld', points: 0, why: '记录无误' }),
  )
  expect(await told(he)).not.toContain('late_objection')
  await quiet.deps.transact(as(xu, null, ['hr']), (tx) => reopen(tx, id, { why: '补录', link: '/obligations' }))
  await countOctober(house())
  clock.set((await of(mei)).reviewDueAt as Date)
  await quiet.deps.transact(system, (tx) => passReview(tx, id))
  expect(await told(he)).toContain('late_review')
  await review(wu, id)
  expect(await told(he)).not.toContain('late_review')
})

test('an extreme that is reviewed after the group was told of the others is told to it too, until it is signed or sent back', async () => {
  await openOctober(house())
  for (let n = 0; n < 4; n++) await nextStage(house())
  const { id } = await of(mei)
  expect(await told(he)).not.toContain('sign')
  await quiet.deps.transact(as(xu, null, ['hr']), (tx) => reviewAppraisal(tx, id, { points: 0, why: '' }))
  await database.db.updateTable('appraisals').set({ grade: 'poor' }).where('id', '=', id).execute()
  expect(await told(he)).toContain('sign')
  await quiet.deps.transact(as(he, null, ['leadership']), (tx) => signAppraisal(tx, id))
  expect(await told(he)).not.toContain('sign')
})

test('what is about the only one of personnel is told to the group', async () => {
  const { db } = database
  await db.updateTable('staff').set({ active: false }).where('id', '=', wu).execute()
  await worked(db, xu, 'service', { night: night(3) })
  await quiet.deps.transact(as(xu, null), (tx) =>
    askCoaching(tx, { appraisalId: null, indicator: null, words: '想学排班' }),
  )
  expect((await told(he)).some((one) => one.startsWith('coaching'))).toBe(true)
  await openOctober(house())
  for (let n = 0; n < 3; n++) await nextStage(house())
  expect(await told(he)).toContain('review')
})
