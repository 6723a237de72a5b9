import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { openLog } from '../../server/platform/log.ts'
import { openQueues, type Queues } from '../../server/platform/queue.ts'
import { testDatabase } from '../support/database.ts'

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
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
      and application_name not like 'nightdesk web%'`.execute(database.db)
    if (n % 5 === 0) await Promise.all(adding)
  }
  await expect.poll(() => taken.filter((id) => !done.has(id)), { timeout: 60_000 }).toEqual([])
}, 180_000)
