import { beforeEach, expect, test } from 'vitest'
import { passReviews } from '../../jobs/pass-appraisals.ts'
import { answerCoaching, askCoaching } from '../../server/appraisal/coaching/actions.ts'
import {
  reopen,
  reviewAppraisal,
  scoreAppraisal,
  sendBack,
  signAppraisal,
} from '../../server/appraisal/deciding/actions.ts'
import { decideMeasure, putForward, stateOwn } from '../../server/appraisal/measures/actions.ts'
import { listMeasures } from '../../server/appraisal/measures/queries.ts'
import { listOfMonth } from '../../server/appraisal/queries.ts'
import type { CoachingId, StaffId } from '../../server/kernel/ids.ts'
import type { Actor } from '../../server/platform/actor.ts'
import type { Deps } from '../../server/web/deps.ts'
import { acts } from '../support/acts.ts'
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
} from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { appointChief, as, hire } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
const quiet = testHouse(database, clock)
const house = {
  get db() {
    return database.db
  },
  transact,
  clock,
}
let mei: StaffId
let chen: StaffId
let xu: StaffId
let he: StaffId
let song: StaffId

/** 陈舟 leads the nights, and works in personnel by day, with 许晴; 何总 and 宋理 are the group. */
beforeEach(async () => {
  const { db } = database
  announced.length = 0
  clock.set('2026-10-31T12:00:00+08:00')
  mei = await hire(db, '林玫', { posts: ['service'] })
  chen = await hire(db, '陈舟', { rank: 'supervisor', roles: ['hr'], posts: ['manager'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: ['service'] })
  he = await hire(db, '何总', { roles: ['leadership'], rank: 'vice_president', posts: [] })
  song = await hire(db, '宋理', { roles: ['leadership'], rank: 'manager', posts: [] })
  for (const one of [mei, xu, chen]) {
    const post = one === chen ? 'manager' : 'service'
    await worked(db, one, post, { night: '2026-09-20' })
    for (let day = 1; day <= 6; day++) await worked(db, one, post, { night: night(day) })
  }
  await owed(db, mei, { done: 44, of: 50 })
})

const hr = (one = xu) => as(one, null, ['hr'])
const group = (one = he) => as(one, null, ['leadership'])
const of = (staffId: StaffId) => octoberOf(database.db, staffId)
const review = (by: Actor, one: StaffId, points = 0) =>
  transact(by, async (tx) => reviewAppraisal(tx, (await of(one)).id, { points, why: '两次交班缺签名' }))
async function reach(stage: string) {
  let month = await openOctober(house)
  while (month.state !== stage) month = await nextStage(house)
}
const leaves = (one: StaffId) => database.db.updateTable('staff').set({ active: false }).where('id', '=', one).execute()

test('whoever led the nights or scored somebody does not review them, also where they work in personnel', async () => {
  await reach('managers')
  const moved = { quality: { by: 10, why: '断网那夜', link: '/incidents/1' } }
  await transact(hr(chen), async (tx) => scoreAppraisal(tx, (await of(mei)).id, moved))
  await nextStage(house)
  await expect(review(hr(chen), mei, 5)).rejects.toMatchObject({ code: 'appraisal.scored_by_you' })
  expect(await of(mei)).toMatchObject({ state: 'manager_scored', review: 0, reviewedBy: null })
  await review(hr(), mei, -1)
  expect(await of(mei)).toMatchObject({ state: 'hr_reviewed', reviewedBy: xu })
})

test('whoever was let pass in the days for scoring has led all the same', async () => {
  await reach('review')
  await expect(review(hr(chen), mei)).rejects.toMatchObject({ code: 'appraisal.scored_by_you' })
})

test('in personnel’s own stage the group reviews nobody whom personnel can review', async () => {
  await reach('review')
  await expect(review(group(), mei, 5)).rejects.toMatchObject({ code: 'appraisal.personnel_first' })
  await nextStage(house)
  await review(group(), mei)
  expect(await of(mei)).toMatchObject({ state: 'hr_reviewed', reviewedBy: he })
})

test('whom nobody of personnel can review goes up at once: it is about them, or they led the nights', async () => {
  await reach('review')
  // 许晴 is reviewed by nobody of personnel: it is about her, and the other one led her nights.
  await expect(review(hr(), xu)).rejects.toMatchObject({ code: 'appraisal.own' })
  await expect(review(hr(chen), xu)).rejects.toMatchObject({ code: 'appraisal.scored_by_you' })
  await review(group(), xu)
  expect(await of(xu)).toMatchObject({ state: 'hr_reviewed', reviewedBy: he })
})

test('what personnel has reviewed the group does not move: it sends it back with a word, and personnel’s days count anew', async () => {
  await reach('review')
  await review(hr(), mei, 2)
  await nextStage(house)
  await expect(review(group(), mei, -5)).rejects.toMatchObject({ code: 'appraisal.reviewed_already' })
  const { id } = await of(mei)
  await transact(group(), (tx) => sendBack(tx, id, '理由写得太短'))
  const { reviewDueAt } = await of(mei)
  expect(reviewDueAt).toEqual(new Date('2026-11-17T16:00:00Z'))
  await expect(review(group(), mei)).rejects.toMatchObject({ code: 'appraisal.personnel_first' })
  await review(hr(), mei, 1)
  expect(await of(mei)).toMatchObject({ state: 'hr_reviewed', review: 1, reviewDueAt: null })
})

test('a month that is opened again is personnel’s for two workdays; then the group is told, once, and may do it', async () => {
  await reach('review')
  for (const one of [mei, chen]) await review(hr(), one)
  await review(group(), xu)
  while ((await of(mei)).state !== 'published') await nextStage(house)
  const { id } = await of(mei)
  await transact(hr(), (tx) => reopen(tx, id, { why: '补录', link: '/obligations' }))
  await countOctober(house)
  await expect(review(group(), mei)).rejects.toMatchObject({ code: 'appraisal.personnel_first' })
  const job = passReviews({ db: database.db, transact, clock } as unknown as Deps)
  const due = async () => (await job.list(database.db, clock.now(), 10)).map((one) => one.id)
  const end = (await of(mei)).reviewDueAt as Date
  clock.set(new Date(end.getTime() - 1))
  expect(await due()).toEqual([])
  clock.set(end)
  announced.length = 0
  for (const one of await due()) await job.run(one)
  expect(await due()).toEqual([])
  expect(announced.filter(({ name }) => name === 'appraisal.review_late').map(({ payload }) => payload)).toMatchObject([
    { appraisalId: id, staffId: mei },
  ])
  await review(group(), mei)
  expect(await of(mei)).toMatchObject({ state: 'published', revision: 2, reviewedBy: he })
})

test('an extreme is signed neither by whoever reviewed it nor by a member of the group who led the nights', async () => {
  await database.db.updateTable('obligations').set({ state: 'done' }).where('state', '=', 'late').execute()
  await owed(database.db, mei, { done: 300, of: 300, day: 9 })
  for (let n = 0; n < 30; n++) await rated(database.db, mei, { service: 5 })
  await reach('review')
  await review(hr(), mei)
  await nextStage(house)
  const { id, grade } = await of(mei)
  expect(grade).toBe('excellent')
  const led = as(chen, null, ['leadership'])
  await expect(transact(led, (tx) => signAppraisal(tx, id))).rejects.toMatchObject({ code: 'appraisal.led_by_you' })
  await transact(group(), (tx) => signAppraisal(tx, id))
  expect((await of(mei)).signedBy).toBe(he)
})

test('where personnel is one person, theirs goes up: reviewed, opened again, put forward and answered by the group', async () => {
  await leaves(chen)
  await reach('review')
  for (const { staffId } of await listOfMonth(database.db, (await of(xu)).monthId))
    await review(staffId === xu ? group() : hr(), staffId)
  while ((await of(xu)).state !== 'published') await nextStage(house)
  const [measure] = (await listMeasures(database.db, { now: clock.now() })).filter(({ staffId }) => staffId === xu)
  if (!measure) throw new Error('nothing was recommended')
  const forward = { coefficient: measure.coefficient, why: '十月', zone: ZONE }
  await expect(transact(hr(), (tx) => putForward(tx, measure.id, forward))).rejects.toMatchObject({
    code: 'appraisal.own',
  })
  await transact(group(), (tx) => putForward(tx, measure.id, forward))
  await transact(hr(), (tx) => stateOwn(tx, measure.id, '知道了'))
  const decision = { outcome: 'decided' as const, why: '同意', zone: ZONE }
  await expect(transact(group(), (tx) => decideMeasure(tx, measure.id, decision))).rejects.toMatchObject({
    code: 'measures.put_forward_by_you',
  })
  await transact(group(song), (tx) => decideMeasure(tx, measure.id, decision))
  await transact(hr(), (tx) => askCoaching(tx, { appraisalId: null, indicator: null, words: '想学排班' }))
  const { id } = await database.db.selectFrom('coaching_requests').select('id').executeTakeFirstOrThrow()
  const answer = { outcome: 'scheduled' as const, answer: '周三上午' }
  await transact(group(), (tx) => answerCoaching(tx, id as CoachingId, answer))
  await transact(group(), async (tx) => reopen(tx, (await of(xu)).id, { why: '补录', link: '/obligations' }))
  expect((await of(xu)).state).toBe('reopened')
  // Of anybody else it stays personnel's.
  await expect(
    transact(group(), async (tx) => reopen(tx, (await of(mei)).id, { why: '补录', link: '/obligations' })),
  ).rejects.toMatchObject({ name: 'Denied' })
})

test('the page says in words why not, and who can instead; who has no colleague for it reads what to do', async () => {
  await reach('review')
  const { id } = await of(mei)
  const led = await signedIn(quiet, chen)
  const card = await led.get(`/appraisal/${id}`)
  expect(card.html).not.toContain(`action="/appraisal/${id}/review"`)
  expect(card.html).toContain('你本月带过这个人的班或给他评过分')
  expect(card.html).toMatch(/可以做的人：许晴/)
  const leader = await (await signedIn(quiet, he, 'en')).get(`/appraisal/${id}`)
  expect(leader.html).toContain('Personnel reviews first')
  expect(leader.html).toMatch(/Who can: (?!.*何总)/)
  const own = await (await signedIn(quiet, xu)).get(`/appraisal/${(await of(xu)).id}`)
  expect(own.html).toMatch(/由别人来做。 可以做的人：何总、宋理/)
  // The list offers to pass only those that one may pass.
  const month = await led.get('/appraisal/months/2026-10')
  expect(month.html).not.toContain(`name="people" value="${id}"`)
  for (const one of [xu, he, song]) await leaves(one)
  expect((await led.get(`/appraisal/${id}`)).html).toContain('现在没有别人可以做')
})

test('an extreme that the only leader reviewed waits for a second one: card and month say who signs then, and nothing else waits', async () => {
  const { db } = database
  await db.updateTable('obligations').set({ state: 'done' }).where('state', '=', 'late').execute()
  await owed(db, mei, { done: 300, of: 300, day: 9 })
  for (let n = 0; n < 30; n++) await rated(db, mei, { service: 5 })
  for (const one of [xu, song]) await leaves(one)
  await reach('review')
  // 陈舟 led her nights and is all there is of personnel.
  for (const one of [mei, chen, xu]) await review(group(), one)
  await nextStage(house)
  const { id, grade } = await of(mei)
  expect(grade).toBe('excellent')
  const [leader, english] = [await signedIn(quiet, he), await signedIn(quiet, he, 'en')]
  const card = await leader.get(`/appraisal/${id}`)
  expect(card.html).not.toContain(`action="/appraisal/${id}/signature"`)
  expect(card.html).toContain('请系统管理员再加入一位领导小组成员')
  expect(card.html).toContain('本月其他结果照常公布')
  const banner = sectionAfter((await english.get('/appraisal/months/2026-10?show=mine')).html, 'unsignable')
  expect(banner).toContain(`href="/appraisal/${id}"`)
  expect(banner).toContain('take another person into the leadership group')
  announced.length = 0
  await nextStage(house)
  expect(announced.find(({ name }) => name === 'appraisal.stage_late')?.payload).toMatchObject({ to: 'chief', left: 1 })
  expect(await of(mei)).toMatchObject({ state: 'hr_reviewed', monthState: 'published' })
  expect((await of(chen)).state).toBe('published')
  expect((await (await signedIn(quiet, mei)).get('/appraisal')).html).toContain('还在等评定或签批')
  // Of the group by their term, as the page of the group appoints them.
  const second = await appointChief(db, clock.now(), '罗总')
  // Days have passed, and sessions with them.
  const later = await signedIn(quiet, he)
  const month = await later.get('/appraisal/months/2026-10')
  expect(month.status).toBe(200)
  expect(month.html).not.toContain('id="unsignable"')
  expect((await later.get(`/appraisal/${id}`)).html).toMatch(/可以做的人：罗总/)
  await transact(group(second), (tx) => signAppraisal(tx, id))
  expect((await of(mei)).state).toBe('published')
})
const sectionAfter = (html: string, id: string): string => html.split(`id="${id}"`)[1]?.split('</p>')[0] ?? ''
