import { beforeEach, expect, test } from 'vitest'
import { listOfMonth } from '../../server/appraisal/queries.ts'
import { readConfig } from '../../server/config.ts'
import { evidence } from '../../server/reactions.ts'
import { listWall } from '../../server/recognition/wall/queries.ts'
import { tellAppraisals } from '../../server/tools/demo/appraised.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { tellPast } from '../../server/tools/demo/past.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
const config = readConfig({ DEMO: 'on' })

async function moveIn(now: string): Promise<void> {
  clock.set(now)
  await seedDemo({ transact, config })
  await tellPast({ transact, config })
  await Promise.all([tellAppraisals({ transact, config }, evidence), tellAppraisals({ transact, config }, evidence)])
}
const months = async () =>
  database.db.selectFrom('appraisal_months').select(['id', 'month', 'state', 'due_at']).orderBy('month').execute()

beforeEach(() => clock.set('2026-11-26T02:14:00+08:00'))

test('a newcomer finds one month published and one in work, with cards, objections, a wall and papers', async () => {
  await moveIn('2026-11-26T14:00:00+08:00')
  const [published, inWork, ...more] = await months()
  expect(more).toEqual([])
  expect(published?.state).toBe('published')
  expect(inWork?.state).toBe('comments')
  expect(inWork?.due_at?.getTime()).toBeGreaterThan(clock.now().getTime())
  const rows = await listOfMonth(database.db, published?.id as never)
  expect(rows.length).toBeGreaterThan(30)
  const states = new Set(rows.map(({ state }) => state))
  for (const state of ['acknowledged', 'appealed', 'amended']) expect(states).toContain(state)
  const grades = Map.groupBy(rows, ({ grade }) => grade)
  expect(grades.get('competent')?.length).toBeGreaterThan(5)
  expect(rows.filter(({ trial }) => trial)).toEqual([])
  // Duty managers are measured by whole nights.
  expect(
    rows.filter(({ post, result }) => post === 'manager' && (result?.satisfaction?.count ?? 0) > 20).length,
  ).toBeGreaterThan(3)
  expect((await listWall(database.db, { before: null, limit: 20 })).length).toBeGreaterThanOrEqual(3)
})

// The calendar moves under it: long holidays, the first days of a month, the turn of a year.
test.each([
  '2026-10-08T09:00:00+08:00',
  '2026-12-01T09:00:00+08:00',
  '2026-12-01T14:00:00+08:00',
  '2027-01-05T03:00:00+08:00',
  '2027-02-28T23:30:00+08:00',
])('it is so on any day: %s', async (now) => {
  await moveIn(now)
  const [published, inWork] = await months()
  expect(published?.state).toBe('published')
  expect(['contests', 'comments']).toContain(inWork?.state)
  expect(inWork?.due_at?.getTime()).toBeGreaterThan(clock.now().getTime())
})
