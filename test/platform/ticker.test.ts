import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openLog } from '../../server/platform/log.ts'
import { noQueues } from '../../server/platform/queue.ts'
import { type DueKind, openTicker } from '../../server/platform/ticker.ts'
import type { Database } from '../../server/schema.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

async function passOf(kinds: readonly DueKind<Database>[]): Promise<void> {
  const ticker = openTicker({
    db: database.db,
    clock: handSetClock(),
    queues: noQueues,
    kinds,
    log: openLog('silent'),
  })
  await ticker.stop()
  await ticker.pass()
}

test('a list that fails stops no deadline behind it, whether the database or the program refused it', async () => {
  const done: string[] = []
  const kind = (name: string, list: DueKind<Database>['list']): DueKind<Database> => ({
    kind: name,
    list,
    run: async (id) => void done.push(`${name} ${id}`),
  })
  const one: DueKind<Database>['list'] = async (db) => {
    await sql`select 1`.execute(db)
    return [{ id: '1', version: 0 }]
  }
  await passOf([
    kind('expire-offers', one),
    kind('track-promises', async (db) => (await sql<never>`select * from no_such_table`.execute(db)).rows),
    kind('track-follow-up', one),
    kind('end-shifts', async () => {
      throw new TypeError('a row that nobody foresaw')
    }),
    kind('close-resolved', one),
  ])
  expect(done).toEqual(['expire-offers 1', 'track-follow-up 1', 'close-resolved 1'])
})

test('one row that fails stops none of its list', async () => {
  const done: string[] = []
  await passOf([
    {
      kind: 'track-promises',
      list: async () => ['1', '2', '3'].map((id) => ({ id, version: 0 })),
      run: async (id) => {
        if (id === '1') throw new TypeError('a row that nobody foresaw')
        done.push(id)
      },
    },
  ])
  expect(done).toEqual(['2', '3'])
})
