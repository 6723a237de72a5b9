import type { KyselyPlugin } from 'kysely'
import { expect, test } from 'vitest'
import { publishReady } from '../../server/appraisal/publishing/actions.ts'
import { resultsOf } from '../../server/appraisal/publishing/queries.ts'
import { listOfMonth } from '../../server/appraisal/queries.ts'
import { system } from '../../server/platform/actor.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { acts } from '../support/acts.ts'
import { night, october, openOctober, worked } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)

/** Publishes whatever is ready; how many statements it took. */
async function publishing(): Promise<number> {
  const { id } = await october(database.db)
  // Settings are read once a second: each time counts its own reading.
  forgetSettings()
  let statements = 0
  const counting: KyselyPlugin = {
    transformQuery: ({ node }) => {
      statements++
      return node
    },
    transformResult: async ({ result }) => result,
  }
  await transact(system, (tx) => publishReady({ ...tx, db: tx.db.withPlugin(counting) as typeof tx.db }, id))
  return statements
}

test('forty are published in as many statements as two, each once, with what the regulation recommends (row 72)', async () => {
  const { db } = database
  for (let n = 0; n < 42; n++) {
    const one = await hire(db, `员工${n}`, { posts: ['guard'] })
    await worked(db, one, 'guard', { night: '2026-09-20' })
    for (let day = 1; day <= 4; day++) await worked(db, one, 'guard', { night: night(day + (n % 20)) })
  }
  await openOctober({ db, transact, clock })
  const people = await listOfMonth(db, (await october(db)).id)
  expect(people).toHaveLength(42)
  const review = (ids: readonly string[]) =>
    db.updateTable('appraisals').set({ state: 'hr_reviewed', grade: 'competent' }).where('id', 'in', ids).execute()
  await review(people.slice(0, 2).map(({ id }) => id))
  const few = await publishing()
  await review(people.slice(2).map(({ id }) => id))
  expect(await publishing()).toBe(few)
  expect(await publishing()).toBe(1)
  for (const one of await listOfMonth(db, (await october(db)).id)) {
    expect(one.state).toBe('published')
    const [published, ...more] = await resultsOf(db, one.id)
    expect(published).toMatchObject({ revision: 1, grade: 'competent', why: '', result: one.result })
    expect(more).toEqual([])
  }
  const told = (name: string): number => announced.filter((one) => one.name === name).length
  expect([told('appraisal.published'), told('measure.proposed')]).toEqual([42, 42])
  expect(await db.selectFrom('appraisal_measures').select('kind').distinct().execute()).toEqual([{ kind: 'bonus' }])
})
