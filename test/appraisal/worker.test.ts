import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAppraisals } from '../../jobs/pass-appraisals.ts'
import { scoreAppraisals } from '../../jobs/score-appraisals.ts'
import { countMonth } from '../../server/appraisal/freezing/actions.ts'
import { openLog } from '../../server/platform/log.ts'
import { openQueues, type Queues } from '../../server/platform/queue.ts'
import { dueRowsOf, openTicker, type Ticker } from '../../server/platform/ticker.ts'
import { evidence } from '../../server/reactions.ts'
import type { Transact } from '../../server/schema.ts'
import type { Deps } from '../../server/web/deps.ts'
import { acts } from '../support/acts.ts'
import { night, october, owed, worked } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire } from '../support/people.ts'

const PEOPLE = 70
const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
let queues: Queues
let ticker: Ticker

beforeEach(async () => {
  announced.length = 0
  for (let n = 0; n < PEOPLE; n++) {
    const one = await hire(database.db, `员工${n}`, { posts: ['guard'] })
    for (let day = 1; day <= 3; day++) await worked(database.db, one, 'guard', { night: night(day + (n % 20)) })
    await owed(database.db, one, { post: 'guard', done: 9, of: 10 })
  }
  clock.set('2026-11-01T12:00:00+08:00')
})
afterEach(async () => {
  await ticker.stop()
  await queues.close()
})

/** The queue as the program opens it, with its own worker; acts go through the given hands. */
async function openWorkshop(act: Transact): Promise<{ dead: string[] }> {
  const log = openLog('silent')
  queues = await openQueues({ databaseUrl: database.url, redisUrl: undefined, log })
  const deps = { db: database.db, transact: act, clock, config: { timeZone: 'Asia/Shanghai' } } as unknown as Deps
  const kinds = [openAppraisals(deps), scoreAppraisals((house, id) => countMonth(house, id, evidence))(deps)]
  const dead: string[] = []
  queues.work(
    'appraisal',
    async (job) => {
      for (const { id } of dueRowsOf(job)) await kinds.find(({ kind }) => kind === job.name)?.run(id)
    },
    ({ name }) => dead.push(name),
  )
  ticker = openTicker({ db: database.db, clock, queues, kinds, log })
  return { dead }
}

/** Whoever was frozen, as often as they were. */
const frozen = (): string[] =>
  announced.flatMap((one) => (one.name === 'appraisal.frozen' ? [(one.payload as { staffId: string }).staffId] : []))
const counted = async (): Promise<string> =>
  (await database.db.selectFrom('appraisal_months').select('state').executeTakeFirst())?.state ?? 'none'

test('a month that has ended opens by itself and is counted by the worker of its own queue, everybody once (row 67)', async () => {
  const { dead } = await openWorkshop(transact)
  await ticker.pass()
  expect(await counted()).toBe('opening')
  await ticker.pass()
  await ticker.pass()
  await expect.poll(counted).toBe('contests')
  expect(frozen()).toHaveLength(PEOPLE)
  expect(new Set(frozen()).size).toBe(PEOPLE)
  expect(dead).toEqual([])
  expect((await october(database.db)).frozenAt).not.toBeNull()
})

test('a job that dies in the middle is tried again and goes on with whoever is left, never twice', async () => {
  let acts = 0
  const dying: Transact = (actor, act, writes) => {
    // Opens, frames, freezes 25, and then the hand is gone; once.
    if (++acts === 4) throw new Error('the worker died')
    return transact(actor, act, writes)
  }
  const { dead } = await openWorkshop(dying)
  await ticker.pass()
  await ticker.pass()
  await expect.poll(() => frozen().length).toBeGreaterThanOrEqual(25)
  await expect.poll(counted).toBe('contests')
  expect(acts).toBeGreaterThan(4)
  expect(frozen()).toHaveLength(PEOPLE)
  expect(new Set(frozen()).size).toBe(PEOPLE)
  expect(dead).toEqual([])
})
