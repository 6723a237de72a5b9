import { beforeEach, expect, test } from 'vitest'
import { deactivatePerson } from '../../server/accounts/people/actions.ts'
import { addedTo } from '../../server/appraisal/counted/queries.ts'
import { count } from '../../server/appraisal/counting/rules.ts'
import { reviewAppraisal } from '../../server/appraisal/deciding/actions.ts'
import { countMonth } from '../../server/appraisal/freezing/actions.ts'
import { openMonth } from '../../server/appraisal/months/actions.ts'
import { findMonth } from '../../server/appraisal/months/queries.ts'
import { endAnswering } from '../../server/appraisal/publishing/actions.ts'
import { resultsOf } from '../../server/appraisal/publishing/queries.ts'
import { inputsOf, listOfMonth } from '../../server/appraisal/queries.ts'
import type { CustomerId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { evidence } from '../../server/reactions.ts'
import {
  countOctober,
  nextStage,
  night,
  october,
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
import { as, hire } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const quiet = testHouse(database, clock)
let mei: StaffId
let zhao: StaffId
let chen: StaffId
let xu: StaffId

beforeEach(async () => {
  const { db } = database
  clock.set('2026-10-31T12:00:00+08:00')
  mei = await hire(db, '林玫', { posts: ['service'] })
  zhao = await hire(db, '赵一', { posts: ['service'] })
  chen = await hire(db, '陈舟', { rank: 'supervisor', posts: ['manager'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: [] })
  for (const one of [mei, zhao, chen])
    await worked(db, one, one === chen ? 'manager' : 'service', { night: '2026-09-20' })
  for (let day = 1; day <= 6; day++) {
    await worked(db, mei, 'service', { night: night(day) })
    await worked(db, chen, 'manager', { night: night(day) })
  }
  await owed(db, mei, { done: 50, of: 50 })
})

const house = () => ({ db: database.db, transact: quiet.deps.transact, clock })
const of = (staffId: StaffId) => octoberOf(database.db, staffId)
/** What this person reads on their own card, without its tags. */
const card = async (who: StaffId, path = '/appraisal'): Promise<string> => {
  const { html } = await (await signedIn(quiet, who)).get(path)
  return html.replaceAll(/<svg[\s\S]*?<\/svg>/g, '').replaceAll(/<[^>]+>/g, '')
}
const satisfaction = async (who: StaffId) => (await of(who)).result?.addends[2]
async function published(): Promise<void> {
  let month = await openOctober(house())
  while (month.state !== 'published') {
    if (month.state === 'review')
      for (const { id } of await listOfMonth(database.db, month.id))
        await quiet.deps.transact(as(xu, null, ['hr']), (tx) => reviewAppraisal(tx, id, { points: 0, why: '' }))
    month = await nextStage(house())
  }
}

test('no ratings at all: satisfaction has no figure, its weight goes to the others, and the card says so', async () => {
  await openOctober(house())
  expect(await satisfaction(mei)).toMatchObject({ score: null, counts: null, weight: 0, nominal: 30 })
  expect((await of(mei)).result?.addends.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(100)
  const words = await card(mei)
  expect(words).toContain('样本不足：原有 30% 的权重按比例分给其他指标')
  expect(words).toContain('本月没有这一类事实')
})

test('one rating is shown with its wide band and weighs nothing', async () => {
  for (let n = 0; n < 20; n++) await rated(database.db, zhao, { service: 4 })
  await rated(database.db, mei, { service: 1 })
  await openOctober(house())
  const { score, weight, counts } = (await satisfaction(mei)) ?? {}
  expect(score).toBeGreaterThan(60)
  expect({ weight, counts }).toEqual({ weight: 0, counts: null })
  expect(await card(mei)).toContain('样本不足：原有 30% 的权重按比例分给其他指标')
})

test('all fives of one person are the best score, and too few of them prove no excellence', async () => {
  for (let n = 0; n < 8; n++) await rated(database.db, mei, { service: 5 })
  for (let n = 0; n < 8; n++) await rated(database.db, zhao, { service: 5 })
  await openOctober(house())
  expect(await of(mei)).toMatchObject({ grade: 'competent' })
  expect((await satisfaction(mei))?.score).toBe(100)
  expect(await card(mei)).toContain('评价好，但还不足以证明：暂不评优秀')
})

test('one customer forty times counts twice; the other 38 stand there as left out, with why', async () => {
  const first = await rated(database.db, mei, { service: 1 })
  const customerId = (
    await database.db
      .selectFrom('tickets')
      .select('customer_id')
      .where('id', '=', first.ticketId)
      .executeTakeFirstOrThrow()
  ).customer_id as CustomerId
  for (let n = 0; n < 39; n++) await rated(database.db, mei, { service: 1, customerId })
  await openOctober(house())
  expect((await of(mei)).result?.satisfaction?.count).toBe(2)
  expect(await card(mei)).toMatch(/客户评价同一客户超出次数38/)
  const facts = await card(mei, `/appraisal/${(await of(mei)).id}/facts/satisfaction`)
  expect(facts.split('不计：同一客户超出次数')).toHaveLength(39)
})

test('a rating that arrives after the month is closed changes nothing of it, and counts in the month it arrives in', async () => {
  const { db } = database
  await published()
  const before = await of(mei)
  clock.set(before.answerDueAt as Date)
  for (const { id } of await listOfMonth(db, before.monthId))
    await quiet.deps.transact(system, (tx) => endAnswering(tx, id))
  expect((await october(db)).state).toBe('closed')
  // About a conversation of October, as late as a customer likes.
  for (let n = 0; n < 6; n++) await rated(db, mei, { service: 1, at: '2026-11-27T10:00:00+08:00' })
  await countOctober(house())
  expect(await of(mei)).toMatchObject({ score: before.score, grade: before.grade, revision: 1, state: 'closed' })
  for (const day of [3, 4, 5]) await worked(db, mei, 'service', { night: `2026-11-0${day}` })
  clock.set('2026-12-01T12:00:00+08:00')
  await quiet.deps.transact(system, (tx) => openMonth(tx, '2026-11-01', ZONE))
  const november = await findMonth(db, '2026-11-01')
  if (!november) throw new Error('November is not open')
  await countMonth(house(), november.id, evidence)
  const found = (await listOfMonth(db, november.id)).find(({ staffId }) => staffId === mei)
  expect(found?.result?.satisfaction?.count).toBe(6)
})

test('a change of post in the middle of the month is weighed by the shifts on each, and the card names both', async () => {
  for (let day = 10; day <= 15; day++) await worked(database.db, mei, 'technician', { night: night(day) })
  await openOctober(house())
  const one = await of(mei)
  expect(one.posts).toEqual({ service: 6, technician: 6 })
  expect(one.result?.addends.map(({ nominal }) => nominal)).toEqual([20, 37.5, 22.5, 20])
  const words = await card(mei)
  expect(words).toMatch(/客服 6 班.*技术 6 班|技术 6 班.*客服 6 班/)
  expect(words).toContain('原有 22.5% 的权重')
})

test('three shifts are graded; two are counted and shown, and have no grade', async () => {
  const { db } = database
  for (const day of [1, 2]) await worked(db, zhao, 'service', { night: night(day) })
  const third = await hire(db, '钱三', { posts: ['service'] })
  await worked(db, third, 'service', { night: '2026-09-21' })
  for (const day of [1, 2, 3]) await worked(db, third, 'service', { night: night(day) })
  await openOctober(house())
  expect(await of(zhao)).toMatchObject({ grade: 'none', score: 100 })
  expect(await card(zhao)).toContain('班次太少，不定等次')
  expect((await of(third)).grade).not.toBe('none')
  expect(await card(third)).not.toContain('班次太少')
})

test('a rater who would score, note or review themselves is told that nobody does', async () => {
  const { db } = database
  await db
    .updateTable('staff')
    .set({ standing_roles: ['hr'] })
    .where('id', '=', chen)
    .execute()
  const shift = await worked(db, chen, 'manager', { night: night(31) })
  clock.set('2026-11-01T05:00:00+08:00')
  const note = { reachable: '3', records: '3', courteous: '3', helpful: '3', words: '', link: '' }
  const noted = await (await signedIn(quiet, chen)).post(`/appraisal/notes/${shift}`, note)
  expect(noted.status).toBe(422)
  expect(noted.html).toContain('由别人来做')
  await openOctober(house())
  await nextStage(house())
  await nextStage(house())
  const { id } = await of(chen)
  const scored = await (await signedIn(quiet, chen)).post(`/appraisal/${id}/score`, {})
  expect(scored.status).toBe(422)
  expect(scored.html).toContain('由别人来做')
  await nextStage(house())
  const reviewed = await (await signedIn(quiet, chen)).post(`/appraisal/${id}/review`, { points: '5', why: '辛苦' })
  expect(reviewed.html).toContain('由别人来做')
  expect((await of(chen)).review).toBe(0)
})

test('a correction after publication changes nothing by itself; opened again it is a new version that says why, beside the first', async () => {
  const { db } = database
  await worked(db, mei, 'service', { night: night(8), arrival: 'late', minutes: 40 })
  await published()
  const before = await of(mei)
  await db.updateTable('attendances').set({ arrival: 'ready', minutes_late: 0 }).where('staff_id', '=', mei).execute()
  await countOctober(house())
  expect(await of(mei)).toMatchObject({ score: before.score, revision: 1 })
  const hr = await signedIn(quiet, xu)
  const reason = { why: '门禁记录证明准时到岗', link: '/attendance/corrections' }
  expect((await hr.post(`/appraisal/${before.id}/reopening`, { ...reason, link: '' })).status).not.toBe(303)
  expect((await hr.post(`/appraisal/${before.id}/reopening`, reason)).status).toBe(303)
  await countOctober(house())
  // Until somebody has reviewed it, what was published stands, and its owner reads that it is being counted anew, and why.
  expect(await card(mei)).toContain('门禁记录证明准时到岗')
  expect((await resultsOf(db, before.id)).map(({ score }) => score)).toEqual([before.score])
  await hr.post(`/appraisal/${before.id}/review`, { points: '0', why: '' })
  const [second, first] = await resultsOf(db, before.id)
  expect(first).toMatchObject({ revision: 1, score: before.score, why: '' })
  expect(second).toMatchObject({ revision: 2, why: '门禁记录证明准时到岗' })
  expect(second?.score).toBeGreaterThan(before.score ?? 0)
  const words = await card(mei)
  expect(words).toMatch(/第 2 版[\s\S]*门禁记录证明准时到岗[\s\S]*第 1 版/)
  // A published result cannot be written over, by nobody.
  await expect(db.updateTable('appraisal_results').set({ score: 100 }).execute()).rejects.toThrow()
})

test('whose account is switched off has the month counted to the last shift, and nothing follows from it', async () => {
  clock.set('2026-10-20T12:00:00+08:00')
  const administrator = await hire(database.db, '严明', { roles: ['administrator'], posts: [] })
  await quiet.deps.transact(as(administrator, null, ['administrator']), (tx) =>
    deactivatePerson(tx, mei, { countAhead: async () => 0, confirmed: true }),
  )
  await published()
  expect(await of(mei)).toMatchObject({ active: false, state: 'published' })
  expect((await of(mei)).result?.attendance.shifts).toBe(6)
  expect(await card(xu, `/appraisal/${(await of(mei)).id}`)).toContain('已离职：计到最后一班，不产生任何后果')
  const { length } = await database.db
    .selectFrom('appraisal_measures')
    .select('id')
    .where('staff_id', '=', mei)
    .execute()
  expect(length).toBe(0)
})

test('a customer who is erased while ratings may be contested costs nobody a point, neither in what was frozen nor when it is frozen again', async () => {
  const { db } = database
  for (let n = 0; n < 6; n++) await rated(db, mei, { service: 4 })
  const { ticketId } = await rated(db, mei, { service: 2 })
  const month = await openOctober(house())
  const before = await of(mei)
  const { customer_id: customerId } = await db
    .selectFrom('tickets')
    .select('customer_id')
    .where('id', '=', ticketId)
    .executeTakeFirstOrThrow()
  const office = await signedIn(quiet, await hire(db, '严明', { roles: ['administration'], posts: [] }))
  await office.post(`/customers/${customerId}/erasure`, { reason: 'their_wish', words: '来信要求' })
  expect((await office.post(`/customers/${customerId}/erasure/confirmation`, { typed: '苏晴' })).status).toBe(303)
  const added = await addedTo(db, [before.id])
  expect(count(await inputsOf(db, before.id, 1), month, before, added(before))).toEqual(before.result)
  await nextStage(house())
  expect((await of(mei)).result?.satisfaction).toEqual(before.result?.satisfaction)
  const facts = await card(mei, `/appraisal/${before.id}/facts/satisfaction`)
  expect(facts).not.toContain('苏晴')
  expect(facts).toContain('2/5')
})
