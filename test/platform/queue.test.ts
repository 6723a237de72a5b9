import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { openLog } from '../../server/platform/log.ts'
import { openQueues, type Queues } from '../../server/platform/queue.ts'
import { testDatabase } from '../support/database.ts'
import { freePort } from '../support/program.ts'

const database = testDatabase()
let queues: Queues
afterEach(() => queues.close())

test('a database that cuts every line, again and again, ends no program and loses no job', async () => {
  queues = await openQueues({ databaseUrl: database.url, redisUrl: undefined, log: openLog('silent') })
  const done = new Set<string>()
  queues.work(
    'due',
    async ({ id }) => void done.add(id),
    () => undefined,
  )
  const taken: string[] = []
  const add = async (id: string): Promise<void> => {
    if (await queues.add('due', { name: 'cut', id, data: {} })) taken.push(id)
  }
  // A queue that is away is left alone for a while, so it takes its time until enough have got in between the cuts.
  for (let n = 0; n < 100 || taken.length <= 20; n++) {
    const adding = Array.from({ length: 5 }, (_, at) => add(`cut-${n}-${at}`))
    // The test's own lines are those of the house; the queue has lines of its own.
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
      and application_name not like 'nightdesk long%'`.execute(database.db)
    if (n % 5 === 0) await Promise.all(adding)
  }
  await expect.poll(() => taken.filter((id) => !done.has(id)), { timeout: 60_000 }).toEqual([])
}, 180_000)

test('a job that meets a database that is away more often than it may be tried waits for it, and nobody is alarmed', async () => {
  queues = await openQueues({ databaseUrl: database.url, redisUrl: undefined, log: openLog('silent') })
  const nobody = new pg.Pool({ host: '127.0.0.1', port: await freePort() })
  const dead: string[] = []
  const done: string[] = []
  let tries = 0
  queues.work(
    'due',
    async ({ id }) => {
      if (id !== 'patient-1') return // left by the test before
      tries += 1
      if (tries <= 6) await nobody.query('select 1')
      done.push(id)
    },
    ({ id }) => void dead.push(id),
  )
  await queues.add('due', { name: 'patient', id: 'patient-1', data: {} })
  await expect.poll(() => done, { timeout: 30_000 }).toEqual(['patient-1'])
  expect({ dead, tries }).toEqual({ dead: [], tries: 7 })
  await nobody.end()
}, 60_000)
