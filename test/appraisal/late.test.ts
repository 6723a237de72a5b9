import { beforeEach, expect, test } from 'vitest'
import { reviewAppraisal } from '../../server/appraisal/deciding/actions.ts'
import { lateReactions } from '../../server/appraisal/late/reactions.ts'
import { resultsOf } from '../../server/appraisal/publishing/queries.ts'
import { type AppraisalRow, inputsOf, listOfMonth } from '../../server/appraisal/queries.ts'
import { decideCase, openCase } from '../../server/attendance/cases/actions.ts'
import { addCorrection } from '../../server/attendance/corrections/actions.ts'
import type {
  AbuseCaseId,
  AttendanceId,
  ObligationId,
  PostCaseId,
  RatingId,
  ShiftId,
  StaffId,
  TicketId,
} from '../../server/kernel/ids.ts'
import { excuse } from '../../server/obligations/actions.ts'
import { system } from '../../server/platform/actor.ts'
import { excludeTickets, includeTickets } from '../../server/tickets/conduct/actions.ts'
import {
  contestRating,
  decideContest,
  excludeRating,
  includeRating,
} from '../../server/tickets/ratings/standing/actions.ts'
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
import { as, hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
let house: { db: typeof database.db; transact: typeof transact; clock: typeof clock }
let mei: StaffId
let chen: StaffId
let xu: StaffId
let late: ShiftId

beforeEach(async () => {
  const { db } = database
  announced.length = 0
  house = { db, transact, clock }
  mei = await hire(db, '林玫', { posts: ['service'] })
  chen = await hire(db, '陈舟', { rank: 'supervisor', posts: ['manager'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: [] })
  await hire(db, '何总', { roles: ['leadership'], rank: 'vice_president', posts: [] })
  for (let day = 1; day <= 8; day++) {
    late = await worked(db, mei, 'service', {
      night: night(day),
      ...(day === 8 ? { arrival: 'late', minutes: 40 } : {}),
    })
    await worked(db, chen, 'manager', { night: night(day) })
  }
})

const hr = () => as(xu, null, ['hr'])
const of = () => octoberOf(database.db, mei)
async function upTo(state: string): Promise<void> {
  let month = await openOctober(house)
  while (month.state !== state) {
    if (month.state === 'review')
      for (const one of await listOfMonth(database.db, month.id))
        await transact(hr(), (tx) => reviewAppraisal(tx, one.id, { points: 0, why: '' }))
    month = await nextStage(house)
  }
}
const hear = async (): Promise<void> => {
  for (const { name, payload } of announced.splice(0))
    await transact(system, async (tx) => lateReactions.on[name]?.(tx, payload as never))
}
const correct = async (): Promise<void> => {
  announced.length = 0
  const came = new Date(`${night(8)}T21:40:00+08:00`)
  await transact(hr(), (tx) => addCorrection(tx, late, { what: 'came', at: came, reason: '门禁记录' }))
  await hear()
}
const attendanceOf = async (one: AppraisalRow) =>
  (await inputsOf(database.db, one.id, one.revision)).get('attendance')?.find(({ ref }) => ref === late)

test('row 66: a correction that is approved after publication is the next version, which says why; the first stays', async () => {
  await upTo('published')
  const before = await of()
  expect(await attendanceOf(before)).toMatchObject({ code: 'late' })
  await correct()
  expect(await of()).toMatchObject({ state: 'reopened', revision: 2, reopenedWhy: 'late.correction', reopenedBy: null })
  await countOctober(house)
  expect(await attendanceOf(await of())).toMatchObject({ code: 'ready', value: 1 })
  await transact(hr(), (tx) => reviewAppraisal(tx, before.id, { points: 0, why: '' }))
  const versions = await resultsOf(database.db, before.id)
  expect(versions.map(({ revision, why }) => [revision, why])).toEqual([
    [2, 'late.correction'],
    [1, ''],
  ])
  expect(versions[1]?.score).toBe(before.score)
  expect((await of()).score).toBeGreaterThan(before.score ?? 0)
})

test('row 55: that somebody left their post, decided after the month was frozen and before it is published, is counted in it and signed anew', async () => {
  await upTo('signing')
  const before = await of()
  expect(before.state).toBe('hr_reviewed')
  const { id } = await database.db
    .selectFrom('attendances')
    .select('id')
    .where('staff_id', '=', mei)
    .orderBy('id')
    .executeTakeFirstOrThrow()
  await transact(system, (tx) =>
    openCase(tx, { attendanceId: id as AttendanceId, staffId: mei, post: 'service', origin: 'left' }),
  )
  const found = await database.db.selectFrom('post_cases').select('id').executeTakeFirstOrThrow()
  clock.forward({ hours: 24 * 10 })
  announced.length = 0
  await transact(hr(), (tx) => decideCase(tx, found.id as PostCaseId, { outcome: 'left_post', reason: '监控' }))
  await hear()
  await countOctober(house)
  const after = await of()
  expect(after).toMatchObject({ state: 'manager_scored', revision: 1, reopenedWhy: 'late.case', reviewedBy: null })
  expect(after.score).toBeLessThan(before.score ?? 0)
  expect((await inputsOf(database.db, after.id, 1)).get('attendance')?.map(({ code }) => code)).toContain('left_post')
})

test('a rating that was contested in time and decided too late is taken out of the month all the same, and put back where that was wrong', async () => {
  const { db } = database
  let bad = '' as RatingId
  for (let n = 0; n < 12; n++) bad = (await rated(db, mei, { service: n < 11 ? 5 : 1 })).ratingId as RatingId
  await upTo('contests')
  await transact(as(mei, null), (tx) => contestRating(tx, bad, { ground: 'wrong_agent', words: '' }, ZONE))
  let month = await nextStage(house)
  while (month.state !== 'published') {
    if (month.state === 'review')
      for (const one of await listOfMonth(db, month.id))
        await transact(hr(), (tx) => reviewAppraisal(tx, one.id, { points: 0, why: '' }))
    month = await nextStage(house)
  }
  const before = await of()
  const contest = await db.selectFrom('rating_contests').select('id').executeTakeFirstOrThrow()
  announced.length = 0
  const decision = { outcome: 'excluded' as const, reason: 'wrong_agent' as const, why: '是别人' }
  await transact(hr(), (tx) => decideContest(tx, contest.id as never, decision, ZONE))
  await hear()
  expect(await of()).toMatchObject({ state: 'reopened', revision: 2, reopenedWhy: 'late.rating' })
  await countOctober(house)
  const without = await of()
  expect(without.score).toBeGreaterThan(before.score ?? 0)
  await transact(hr(), (tx) => includeRating(tx, bad, { why: '看错了' }, ZONE))
  await hear()
  await countOctober(house)
  expect((await of()).score).toBe(before.score)
  // One of a month that has not been opened is nobody's late news.
  const { ratingId } = await rated(db, mei, { service: 1, at: '2026-11-05T23:30:00+08:00' })
  await transact(hr(), (tx) => excludeRating(tx, ratingId as RatingId, { reason: 'outage', why: '断网' }, ZONE))
  const still = await of()
  await hear()
  expect(await of()).toEqual(still)
})

test('row 61: that a conversation was abuse, decided after the month was frozen, takes its rating out of it, and lifted it comes back', async () => {
  const { db } = database
  let bad: Awaited<ReturnType<typeof rated>> | undefined
  for (let n = 0; n < 12; n++) bad = await rated(db, mei, { service: n < 11 ? 5 : 1 })
  await upTo('published')
  const before = await of()
  const out = { caseId: '7' as AbuseCaseId, by: xu }
  announced.length = 0
  await transact(system, (tx) => excludeTickets(tx, [bad?.ticketId as TicketId], out))
  await hear()
  expect(await of()).toMatchObject({ state: 'reopened', revision: 2, reopenedWhy: 'late.rating' })
  await countOctober(house)
  expect((await of()).score).toBeGreaterThan(before.score ?? 0)
  await transact(system, (tx) => includeTickets(tx, out.caseId, xu))
  await hear()
  await countOctober(house)
  expect((await of()).score).toBe(before.score)
})

test('what is excused after the month was frozen counts for nobody any more: the next version says so (row 66)', async () => {
  await owed(database.db, mei, { done: 30, of: 40 })
  await upTo('published')
  const before = await of()
  const missed = await database.db.selectFrom('obligations').select('id').where('state', '=', 'late').execute()
  announced.length = 0
  for (const { id } of missed)
    await transact(as(chen, null, ['hr']), (tx) =>
      excuse(tx, id as ObligationId, { reason: '整夜断电', link: '/incidents/1' }),
    )
  await hear()
  // Ten at once are one version.
  expect(await of()).toMatchObject({ state: 'reopened', revision: 2, reopenedWhy: 'late.obligation' })
  await countOctober(house)
  expect((await of()).score).toBeGreaterThan(before.score ?? 0)
})

test('before the contests are over nothing is opened again: the month is counted anew with what was decided', async () => {
  await upTo('contests')
  await correct()
  expect(await of()).toMatchObject({ state: 'draft', revision: 1, reopenedWhy: null })
  await nextStage(house)
  expect(await attendanceOf(await of())).toMatchObject({ code: 'ready' })
})

test('what is refused, and what nobody is appraised for, opens nothing', async () => {
  await upTo('published')
  const before = await of()
  announced.length = 0
  await transact(system, async (tx) =>
    lateReactions.on['correction.decided']?.(tx, { shiftId: late, staffId: mei, outcome: 'refused' } as never),
  )
  await transact(system, async (tx) =>
    lateReactions.on['correction.decided']?.(tx, { shiftId: late, staffId: xu, outcome: 'approved' } as never),
  )
  expect(await of()).toMatchObject({ state: before.state, revision: 1 })
})
