import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import type { CategoryId, CustomerId, DepartmentId, RatingId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import type { Filter } from '../../server/reports/filters/rules.ts'
import { keepMonth } from '../../server/reports/satisfaction/keeping/actions.ts'
import { listUnkept } from '../../server/reports/satisfaction/keeping/queries.ts'
import { countPeople, countRatings, countReasons } from '../../server/reports/satisfaction/queries.ts'
import { listAll, listSaid, type Said, type SaidList } from '../../server/reports/satisfaction/said/queries.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import {
  contestRating,
  decideContest,
  excludeRating,
  includeRating,
} from '../../server/tickets/ratings/standing/actions.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, topic, welcome } from '../support/people.ts'
import { rated } from '../support/ratings.ts'

const ZONE = 'Asia/Shanghai'
/** The same clock by another name: nothing is kept by it, so everything is counted from the records. */
const DIRECT = 'PRC'
const ALL: Filter = { from: '2026-08-20', to: '2026-11-24', channel: null, category: null, department: null }
const MONTHS = ['2026-08-01', '2026-09-01', '2026-10-01']

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
let staff: StaffId[]
let judge: StaffId
let customers: CustomerId[]
let topics: CategoryId[]

beforeEach(async () => {
  const { db } = database
  clock.set(TWO_FOURTEEN)
  forgetSettings()
  staff = [await hire(db, '林玫'), await hire(db, '宋词'), await hire(db, '江月')]
  judge = await hire(db, '许诺', { roles: ['hr'], posts: [] })
  customers = []
  for (const name of ['苏晴', '何为', '白露']) customers.push((await welcome(db, name)).customerId)
  topics = [await topic(db, 'line'), await topic(db, 'bill')]
})

const keep = (month: string) => transact(system, (tx) => keepMonth(tx, month, ZONE))
const keepAll = async () => {
  for (const month of MONTHS) await keep(month)
}
const due = async () => (await listUnkept(database.db, clock.now(), 20, ZONE)).map(({ id }) => id)
const told = (filter: Filter, zone: string) =>
  Promise.all([
    countRatings(database.db, { filter, grain: 'day', zone }),
    countReasons(database.db, { filter, zone }),
    countPeople(database.db, { filter, zone }),
    inPages(filter, zone, 'words'),
    inPages(filter, zone, 'excluded'),
  ])
/** The whole list, three at a time. */
async function inPages(filter: Filter, zone: string, only: SaidList): Promise<Said[]> {
  const all: Said[] = []
  for (;;) {
    const page = await listSaid(database.db, { filter, zone }, { only, limit: 3, before: all.at(-1)?.ratingId ?? null })
    all.push(...page)
    if (page.length < 3) return all
  }
}
/** Both are sums of the same numbers, in another order: the last digit of a double is nobody's. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'number' ? Number(one.toFixed(9)) : one))
const expectSame = async (filter: Filter, after: string) => {
  expect(rounded(await told(filter, ZONE)), after).toEqual(rounded(await told(filter, DIRECT)))
}
const whole = async () => (await told(ALL, ZONE))[0].find(({ by }) => by === 'all')
const keptNow = async (): Promise<number> =>
  (await database.db.selectFrom('satisfaction_asked').select('month').distinct().execute()).length

type World = { readonly ratings: { ratingId: RatingId; ticketId: TicketId }[]; readonly departments: DepartmentId[] }
type Act = { readonly what: number; readonly which: number; readonly a: number; readonly b: number }
const pick = <T>(all: readonly T[], at: number): T => all[at % all.length] as T
const decider = () => as(judge, null, ['hr'])
/** What people may not do just then is refused, and nothing has changed. */
const refused = () => undefined
const instant = (n: number): string =>
  new Date(Date.parse('2026-08-25T22:00:00+08:00') + (n % 12) * 654_321_000).toISOString()

const ACTS: Readonly<Record<string, (world: World, act: Act) => Promise<unknown>>> = {
  'one more arrives': async ({ ratings }, { which, a, b }) =>
    ratings.push(
      await rated(database.db, {
        staffId: pick([...staff, null], a),
        service: 1 + (b % 5),
        product: b % 3 ? 1 + (a % 5) : null,
        reasons: pick([[], [], ['quick', 'kind'], ['price']], b),
        comment: pick([null, '讲得很清楚', null], a + b),
        givenAt: instant(which),
        customerId: pick(customers, a),
        channel: pick(['web', 'phone'] as const, b),
        categoryId: pick([...topics, null], which),
        state: b % 4 ? 'given' : 'asked',
      }),
    ),
  'one that was asked for is given late': ({ ratings }, { which, a, b }) =>
    database.db
      .updateTable('ratings')
      .set({
        state: 'given',
        service: 1 + (a % 5),
        source: 'chat',
        given_at: sql<Date>`asked_at + ${b % 40} * interval '1 day'`,
      })
      .where('id', '=', pick(ratings, which).ratingId)
      .where('state', '=', 'asked')
      .execute(),
  'one is taken back': ({ ratings }, { which }) =>
    database.db
      .updateTable('ratings')
      .set({ state: 'withdrawn' })
      .where('id', '=', pick(ratings, which).ratingId)
      .where('state', '=', 'asked')
      .execute(),
  'marks and reasons are corrected': ({ ratings }, { which, a, b }) =>
    database.db
      .updateTable('ratings')
      .set({ service: 1 + (a % 5), product: 1 + (b % 5), reasons: sql`${pick([[], ['slow'], ['policy']], b)}::text[]` })
      .where('id', '=', pick(ratings, which).ratingId)
      .where('state', '=', 'given')
      .execute(),
  'words come later, or are taken back': ({ ratings }, { which, a }) =>
    database.db
      .updateTable('ratings')
      .set({ comment: pick([null, '后来补的话'], a) })
      .where('id', '=', pick(ratings, which).ratingId)
      .where('state', '=', 'given')
      .execute(),
  'it is credited to another': ({ ratings }, { which, a }) =>
    database.db
      .updateTable('ratings')
      .set({ handlers: JSON.stringify([{ staffId: pick(staff, a), shiftId: null, messages: 1, share: 1 }]) })
      .where('id', '=', pick(ratings, which).ratingId)
      .execute(),
  'it is left out': ({ ratings }, { which }) =>
    transact(decider(), (tx) =>
      excludeRating(tx, pick(ratings, which).ratingId, { reason: 'outage', why: '断网' }, ZONE),
    ).catch(refused),
  'it counts again': ({ ratings }, { which }) =>
    transact(decider(), (tx) => includeRating(tx, pick(ratings, which).ratingId, { why: '查过了' }, ZONE)).catch(
      refused,
    ),
  'it is contested and settled': async ({ ratings }, { which, a }) => {
    const { ratingId } = pick(ratings, which)
    for (const by of staff)
      await transact(as(by), (tx) =>
        contestRating(tx, ratingId, { ground: 'wrong_agent', words: '不是我' }, ZONE),
      ).catch(refused)
    const contest = await database.db
      .selectFrom('rating_contests')
      .select('id')
      .where('rating_id', '=', ratingId)
      .executeTakeFirst()
    const decision = {
      outcome: pick(['counted', 'excluded'] as const, a),
      reason: 'wrong_agent' as const,
      why: '查过了',
    }
    if (contest)
      await transact(decider(), (tx) => decideContest(tx, contest.id as never, decision, ZONE)).catch(refused)
  },
  'its conversation leaves the appraisal for abuse': ({ ratings }, { which }) =>
    database.db
      .insertInto('ticket_exclusions')
      .values({
        ticket_id: pick(ratings, which).ticketId,
        reason: 'abuse',
        ref: '1',
        excluded_by: judge,
        excluded_at: clock.now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  'and comes back': ({ ratings }, { which }) =>
    database.db.deleteFrom('ticket_exclusions').where('ticket_id', '=', pick(ratings, which).ticketId).execute(),
  'its conversation becomes another customer’s, topic’s or channel’s': ({ ratings }, { which, a, b }) =>
    database.db
      .updateTable('tickets')
      .set(pick([{ customer_id: pick(customers, b) }, { category_id: pick(topics, b) }, { channel: 'phone' }], a))
      .where('id', '=', pick(ratings, which).ticketId)
      .execute(),
  'its customer is erased': ({ ratings }, { which }) =>
    database.db
      .updateTable('ratings')
      .set({ comment: '\u{FDD0}\u{FDD1}' })
      .where('id', '=', pick(ratings, which).ratingId)
      .execute(),
  'it is gone for good': async ({ ratings }, { which }) => {
    const { ratingId } = pick(ratings, which)
    await database.db.deleteFrom('rating_exclusions').where('rating_id', '=', ratingId).execute()
    await database.db.deleteFrom('rating_contests').where('rating_id', '=', ratingId).execute()
    await database.db.deleteFrom('ratings').where('id', '=', ratingId).execute()
  },
  'somebody goes to another department': ({ departments }, { a, b }) =>
    database.db
      .updateTable('staff')
      .set({ department_id: pick(departments, b) })
      .where('id', '=', pick(staff, a))
      .execute(),
  'a month is counted anew': (_, { a }) => keep(pick(MONTHS, a)),
}
const NAMES = Object.keys(ACTS)

test('what is kept says the same as the records, after whatever happened to them, in any order', async () => {
  const { db } = database
  const departments = (
    await db
      .insertInto('departments')
      .values(['a', 'b'].map((code) => ({ code: `kept ${code}`, name: JSON.stringify({ 'zh-CN': code, en: code }) })))
      .returning('id')
      .execute()
  ).map(({ id }) => id as DepartmentId)
  const act = fc.record({ what: fc.nat(NAMES.length - 1), which: fc.nat(1000), a: fc.nat(100), b: fc.nat(100) })
  let wasKept = 0
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), async (order) => {
      for (const table of ['rating_exclusions', 'rating_contests', 'ratings', 'ticket_exclusions'] as const)
        await db.deleteFrom(table).execute()
      const world: World = { ratings: [], departments }
      for (let n = 0; n < 12; n++)
        await ACTS['one more arrives']?.(world, { what: 0, which: n % 12, a: n * 7, b: n * 5 })
      await keepAll()
      wasKept += await keptNow()
      await expectSame(ALL, 'kept')
      for (const one of order) {
        const name = pick(NAMES, one.what)
        await ACTS[name]?.(world, one)
        await expectSame(ALL, name)
      }
      const narrow: Filter = { ...ALL, from: '2026-09-10', channel: 'phone', category: topics[0] ?? null }
      await expectSame(narrow, 'narrowed')
      await keepAll()
      for (const filter of [
        ALL,
        narrow,
        { ...ALL, department: pick(departments, order.length) },
        { ...ALL, to: '2026-10-03' },
      ])
        await expectSame(filter, 'counted anew')
    }),
    { numRuns: 20 },
  )
  expect(wasKept).toBe(60)
}, 120_000)

test('what is kept is what is read: the page does not count a month again that nothing happened to', async () => {
  await rated(database.db, { staffId: staff[0] ?? null, givenAt: '2026-10-05T01:00:00+08:00' })
  await keepAll()
  await database.db.updateTable('satisfaction_asked').set({ count: 7 }).execute()
  const asked = async () => (await whole())?.asked
  expect(await asked()).toBe(7)
  await rated(database.db, { staffId: staff[0] ?? null, givenAt: '2026-10-06T01:00:00+08:00' })
  expect(await asked()).toBe(2)
})

test('a page of a list over two years reads what is kept of the months, and nothing of their records', async () => {
  const { db } = database
  for (const month of ['2026-08-26', '2026-09-05', '2026-10-05'])
    for (let hour = 10; hour < 20; hour++)
      await rated(db, {
        staffId: staff[0] ?? null,
        comment: `${month} ${hour}`,
        reasons: ['price'],
        givenAt: `${month}T${hour}:00:00+08:00`,
      })
  await keepAll()
  await sql`update satisfaction_said set worded = false, reason = null where given_at::date <> '2026-09-05'`.execute(db)
  for (const only of ['words', 'excluded'] as const)
    expect((await inPages(ALL, ZONE, only)).map(({ comment }) => comment?.slice(0, 10))).toEqual(
      Array(10).fill('2026-09-05'),
    )
  expect(await inPages(ALL, DIRECT, 'words')).toHaveLength(30)
  expect(await listAll(db, { filter: ALL, zone: ZONE }, 100)).toHaveLength(30)
})

test('a correction that commits while its month is being counted is not lost', async () => {
  const { db } = database
  const { ratingId } = await rated(db, { staffId: staff[0] ?? null, service: 5, givenAt: '2026-10-05T01:00:00+08:00' })
  await keepAll()
  const { promise: counted, resolve: go } = Promise.withResolvers<void>()
  const correcting = db.transaction().execute(async (tx) => {
    await tx.updateTable('ratings').set({ service: 1 }).where('id', '=', ratingId).execute()
    await counted
  })
  await keepAll()
  expect((await whole())?.service).toEqual([0, 0, 0, 0, 1])
  go()
  await correcting
  expect((await whole())?.service).toEqual([1, 0, 0, 0, 0])
  clock.forward({ minutes: 5 })
  expect(await due()).toEqual(['2026-10-01'])
})

test('a month is due when it is over, five minutes after a change, when the limit of one customer changes, and once a week', async () => {
  const { db } = database
  const [one] = customers
  if (!one) throw new Error('nobody')
  for (const day of ['2026-09-30', '2026-10-05', '2026-10-06', '2026-10-07', '2026-11-05'])
    await rated(db, { staffId: staff[0] ?? null, customerId: one, givenAt: `${day}T23:00:00+08:00` })
  expect(await due()).toEqual(['2026-10-01', '2026-09-01'])
  for (const month of await due()) await keep(month)
  expect(await due()).toEqual([])
  await db.updateTable('ratings').set({ product: 3 }).execute()
  expect(await due()).toEqual([])
  clock.forward({ minutes: 5 })
  expect(await due()).toEqual(['2026-10-01', '2026-09-01'])
  for (const month of await due()) await keep(month)
  expect((await told(ALL, ZONE))[2].people[0]?.count).toBe(4)
  await db
    .insertInto('settings')
    .values({ key: 'ratingsPerCustomerMonth', value: '3', changed_by: null, changed_at: clock.now() } as never)
    .execute()
  forgetSettings()
  expect(await due()).toEqual(['2026-10-01', '2026-09-01'])
  expect((await told(ALL, ZONE))[2].people[0]?.count).toBe(5)
  for (const month of await due()) await keep(month)
  expect((await told(ALL, ZONE))[2].people[0]?.count).toBe(5)
  clock.forward({ hours: 24 * 7 })
  // The first of December by now: November is over too.
  expect(await due()).toEqual(['2026-11-01', '2026-10-01', '2026-09-01'])
})
