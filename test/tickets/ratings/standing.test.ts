import { beforeEach, expect, test } from 'vitest'
import type { CustomerId, RatingId, StaffId } from '../../../server/kernel/ids.ts'
import { excludeTickets } from '../../../server/tickets/conduct/actions.ts'
import { contestOf } from '../../../server/tickets/ratings/contests/queries.ts'
import { ratingsForScore, ratingsInBrief } from '../../../server/tickets/ratings/scored/queries.ts'
import {
  contestRating,
  decideContest,
  excludeRating,
  includeRating,
  withdrawContest,
} from '../../../server/tickets/ratings/standing/actions.ts'
import { acts } from '../../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { as, hire, welcome } from '../../support/people.ts'
import { rated } from '../../support/ratings.ts'

const ZONE = 'Asia/Shanghai'
const NOVEMBER = { from: new Date('2026-11-01T00:00:00+08:00'), to: new Date('2026-12-01T00:00:00+08:00') }
const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
let mei: StaffId
let chen: StaffId
let gao: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  announced.length = 0
  mei = await hire(database.db, '林玫')
  chen = await hire(database.db, '陈静', { roles: ['hr'] })
  gao = await hire(database.db, '高岚', { roles: ['hr'] })
})

/** In full; and a whole month in brief says the same of each. */
const all = async (span = NOVEMBER) => {
  const found = await ratingsForScore(database.db, span, ZONE)
  const brief = await ratingsInBrief(database.db, { ...span, since: span.from }, ZONE)
  expect(brief.toSorted((a, b) => Number(a.ratingId) - Number(b.ratingId))).toEqual(
    found
      .map(({ ratingId, staffId, shiftId, stratum, service, exclusion }) => ({
        ratingId,
        staffId,
        shiftId,
        stratum,
        service,
        recent: true,
        reason: exclusion?.reason ?? null,
        by: exclusion?.by ?? null,
      }))
      .toSorted((a, b) => Number(a.ratingId) - Number(b.ratingId)),
  )
  return found
}
const one = async (id: RatingId) => (await all()).find(({ ratingId }) => ratingId === id)
const hr = (who = chen) => as(who, null, ['hr'])
const contest = (id: RatingId, who = mei, ground: 'wrong_agent' | 'other' = 'wrong_agent', words = '') =>
  transact(as(who, null), (tx) => contestRating(tx, id, { ground, words }, ZONE))
const contestIdOf = async (id: RatingId, who = mei) => {
  const found = await contestOf(database.db, id, who)
  if (!found) throw new Error('not contested')
  return found
}
const names = () => announced.map(({ name }) => name)

test('no ratings, no rows; one rating is one row with its stratum, its share and whom it is credited to', async () => {
  expect(await all()).toEqual([])
  const { ratingId } = await rated(database.db, { staffId: mei, service: 4, product: 2 })
  expect(await all()).toMatchObject([
    {
      ratingId,
      staffId: mei,
      y: 0.75,
      hourBand: 0,
      stratum: 'web|-|0',
      month: '2026-11',
      exclusion: null,
      contested: false,
    },
  ])
})

test('left out by the record: abuse, a reason that is the product’s, nobody spoke; each says whose word it is', async () => {
  const abuse = await rated(database.db, { staffId: mei, service: 1 })
  const caseId = await database.db
    .insertInto('abuse_cases')
    .values({
      customer_id: abuse.customerId,
      state: 'flagged',
      duty: 'insults',
      until: null,
      pace_seconds: null,
      opened_at: clock.now(),
      proposed_by: null,
      proposed_at: null,
      proposed_days: null,
      confirmed_by: null,
      appeal: null,
      appealed_at: null,
      answer: null,
      answered_by: null,
      answered_at: null,
      lifted_at: null,
      lifted_why: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await transact(hr(), (tx) => excludeTickets(tx, [abuse.ticketId], { caseId: caseId.id as never, by: chen }))
  const line = await rated(database.db, { staffId: mei, service: 1, reasons: ['slow', 'line'] })
  const price = await rated(database.db, { staffId: mei, service: 2, reasons: ['price'] })
  const silent = await rated(database.db, { staffId: null, service: 1 })
  const kind = await rated(database.db, { staffId: mei, service: 5, reasons: ['kind'] })
  expect((await one(abuse.ratingId))?.exclusion).toMatchObject({ reason: 'abuse', by: chen })
  expect((await one(line.ratingId))?.exclusion).toMatchObject({ reason: 'outage', by: 'customer' })
  expect((await one(price.ratingId))?.exclusion).toMatchObject({ reason: 'price', by: 'customer' })
  expect(await one(silent.ratingId)).toMatchObject({
    staffId: null,
    exclusion: { reason: 'never_spoke', by: 'record' },
  })
  expect((await one(kind.ratingId))?.exclusion).toBe(null)
})

test('one customer forty times counts twice a month; what is left out for another reason takes no place', async () => {
  const { customerId } = await welcome(database.db, '苏晴')
  for (let day = 1; day <= 40; day++) {
    const at = new Date(new Date('2026-10-20T01:00:00+08:00').getTime() + day * 12 * 3_600_000).toISOString()
    await rated(database.db, { staffId: mei, customerId, givenAt: at, reasons: day === 24 ? ['price'] : [] })
  }
  const october = await all({ from: new Date('2026-10-01T00:00:00+08:00'), to: NOVEMBER.from })
  const november = await all()
  expect(october.length + november.length).toBe(40)
  const counted = (rows: typeof october) => rows.filter(({ exclusion }) => exclusion === null).length
  expect([counted(october), counted(november)]).toEqual([2, 2])
  expect(november.filter(({ exclusion }) => exclusion?.reason === 'duplicate').length).toBe(november.length - 3)
  // Half a month asked for is still judged by the whole one.
  const late = await all({ from: new Date('2026-11-05T00:00:00+08:00'), to: NOVEMBER.to })
  expect(counted(late)).toBe(0)
})

test('an agent contests, a second person decides, both are on record; neither the agent nor who had a part decides', async () => {
  const { ratingId } = await rated(database.db, { staffId: mei, service: 1 })
  await contest(ratingId)
  await contest(ratingId)
  expect(await one(ratingId)).toMatchObject({ exclusion: null, contested: true })
  const id = await contestIdOf(ratingId)
  const settle = (who: StaffId, outcome: 'counted' | 'excluded', why = '那一轮是别人接的') =>
    transact(hr(who), (tx) => decideContest(tx, id, { outcome, reason: 'wrong_agent', why }, ZONE))
  await expect(settle(mei, 'excluded')).rejects.toMatchObject({ code: 'ratings.own_part' })
  await expect(settle(chen, 'excluded', ' ')).rejects.toMatchObject({ code: 'ratings.why_missing' })
  await settle(chen, 'excluded')
  await settle(chen, 'excluded')
  await expect(settle(gao, 'counted')).rejects.toMatchObject({ code: 'ratings.decided_meanwhile' })
  expect(await one(ratingId)).toMatchObject({ exclusion: { reason: 'wrong_agent', by: chen }, contested: false })
  expect(names()).toEqual(['rating.contested', 'rating.contest_decided', 'rating.excluded'])
})

test('what was decided to count counts, and is not contested again', async () => {
  const { ratingId } = await rated(database.db, { staffId: mei, service: 1 })
  await contest(ratingId)
  const id = await contestIdOf(ratingId)
  await transact(hr(), (tx) =>
    decideContest(tx, id, { outcome: 'counted', reason: 'wrong_agent', why: '是她接的' }, ZONE),
  )
  expect(await one(ratingId)).toMatchObject({ exclusion: null, contested: false })
  await expect(contest(ratingId)).rejects.toMatchObject({ code: 'ratings.contested_already' })
})

test('a contest that was taken back is over; somebody else’s is not there', async () => {
  const { ratingId } = await rated(database.db, { staffId: mei, service: 1 })
  await contest(ratingId)
  const id = await contestIdOf(ratingId)
  await expect(transact(as(gao, null), (tx) => withdrawContest(tx, id, ZONE))).rejects.toMatchObject({
    name: 'NotFound',
  })
  await transact(as(mei, null), (tx) => withdrawContest(tx, id, ZONE))
  expect(await one(ratingId)).toMatchObject({ contested: false })
})

test('who was not credited with it, or comes after the days for it, is told so in words', async () => {
  const { ratingId } = await rated(database.db, { staffId: mei, service: 1 })
  await expect(contest(ratingId, gao)).rejects.toMatchObject({ code: 'ratings.not_yours' })
  await expect(contest(ratingId, mei, 'other')).rejects.toMatchObject({ code: 'ratings.words_missing' })
  clock.set('2026-12-04T00:00:00+08:00')
  await expect(contest(ratingId)).rejects.toMatchObject({ code: 'ratings.contest_over' })
})

test('whoever checks the quality leaves one out and takes it back in, with a reason each time', async () => {
  const { ratingId } = await rated(database.db, { staffId: mei, service: 1 })
  const out = () =>
    transact(hr(), (tx) => excludeRating(tx, ratingId, { reason: 'policy', why: '客户不满的是退费规定' }, ZONE))
  await Promise.all([out(), out()])
  expect((await one(ratingId))?.exclusion).toMatchObject({ reason: 'policy', by: chen })
  await transact(hr(gao), (tx) => includeRating(tx, ratingId, { why: '重新听过录音' }, ZONE))
  expect((await one(ratingId))?.exclusion).toBe(null)
  expect(names()).toEqual(['rating.excluded', 'rating.included'])
  await expect(
    transact(as(mei), (tx) => excludeRating(tx, ratingId, { reason: 'policy', why: '不是我的错' }, ZONE)),
  ).rejects.toMatchObject({ name: 'Denied' })
})

test('an excluded rating changes nothing for the others, and the order of arrival decides which of a customer’s count', async () => {
  const { customerId } = await welcome(database.db, '苏晴')
  const rate = (givenAt: string) => rated(database.db, { staffId: mei, customerId: customerId as CustomerId, givenAt })
  const third = await rate('2026-11-20T03:00:00+08:00')
  const first = await rate('2026-11-02T03:00:00+08:00')
  const second = await rate('2026-11-10T03:00:00+08:00')
  expect((await one(third.ratingId))?.exclusion?.reason).toBe('duplicate')
  await transact(hr(), (tx) => excludeRating(tx, first.ratingId, { reason: 'outage', why: '当晚断网' }, ZONE))
  expect((await one(third.ratingId))?.exclusion).toBe(null)
  expect((await one(second.ratingId))?.exclusion).toBe(null)
})
