import { expect, test } from 'vitest'
import { openLog } from '../../server/platform/log.ts'
import { noQueues, type Queues } from '../../server/platform/queue.ts'
import { openTicker } from '../../server/platform/ticker.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

test('a deadline whose job has died is tried again within a minute, and not each second before', async () => {
  const clock = handSetClock()
  const known = new Set<string>()
  // A queue knows a job that failed for good, and takes another of the same name for the same.
  const add: Queues['add'] = async (_queue, { id }) => {
    known.add(id)
    return true
  }
  const ticker = openTicker({
    db: database.db,
    clock,
    queues: { ...noQueues, add },
    kinds: [{ kind: 'expire-offers', list: async () => [{ id: '7', version: 0 }], run: async () => undefined }],
    log: openLog('silent'),
  })
  for (let second = 0; second < 60; second++) {
    await ticker.pass()
    clock.forward({ seconds: 1 })
  }
  await ticker.pass()
  await ticker.stop()
  expect([...known]).toHaveLength(2)
})
