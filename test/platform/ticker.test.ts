import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { openLog } from '../../server/platform/log.ts'
import { noQueues, type QueuedJob, type Queues } from '../../server/platform/queue.ts'
import { type DueKind, dueRowsOf, openTicker, runDue } from '../../server/platform/ticker.ts'
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

const shared = (done: string[], ids: () => string[]): DueKind<Database> => ({
  kind: 'warn-of-clocks',
  list: async () => ids().map((id) => ({ id, version: 0 })),
  run: async (id) => {
    if (id === 'poison') throw new TypeError('a row that nobody foresaw')
    if (id === 'away') throw Object.assign(new Error('gone'), { code: '57P01' })
    done.push(id)
  },
  together: 2,
})
const tickerOn = (kind: DueKind<Database>) => {
  const queued: QueuedJob[] = []
  const queues: Queues = { ...noQueues, add: async (_queue, job) => queued.push(job) > 0 }
  const clock = handSetClock()
  const ticker = openTicker({ db: database.db, clock, queues, kinds: [kind], log: openLog('silent') })
  const rowsIn = () => queued.map((job) => dueRowsOf(job).map(({ id }) => id))
  return { ticker, queues, clock, queued, rowsIn }
}

test('what is due together shares a job, and is not put into another one while that may be on its way', async () => {
  let due = ['1', '2', '3']
  const { ticker, queued, rowsIn } = tickerOn(shared([], () => due))
  await ticker.stop()
  await ticker.pass()
  due = ['2', '3', '4']
  await ticker.pass()
  expect(rowsIn()).toEqual([['1', '2'], ['3'], ['4']])
  // The job was lost with its queue: ten seconds later what is still due is taken up again.
  const now = performance.now()
  using later = vi.spyOn(performance, 'now').mockReturnValue(now + 11_000)
  await ticker.pass()
  expect(later).toHaveBeenCalled()
  expect(rowsIn().slice(3)).toEqual([['2', '3'], ['4']])
  expect(new Set(queued.map(({ id }) => id)).size).toBe(4)
})

test('of what shares a job, one that fails gets a job of its own and holds up nobody', async () => {
  const done: string[] = []
  const kind = shared(done, () => [])
  const { ticker, queues, clock, queued, rowsIn } = tickerOn(kind)
  await ticker.stop()
  const row = (id: string) => ({ id, due: 0, job: `warn-of-clocks-${id}-0-7` })
  await runDue(kind, [row('1'), row('poison'), row('2')], { queues, clock })
  expect(done).toEqual(['1', '2'])
  expect(rowsIn()).toEqual([['poison']])
  expect(queued[0]?.id).toBe('warn-of-clocks-poison-0-7')
  await expect(runDue(kind, [row('poison')], { queues, clock })).rejects.toThrow('nobody foresaw')
})

test('what shares a job and meets a database that is away is begun anew together', async () => {
  const kind = shared([], () => [])
  const { ticker, queues, clock, queued } = tickerOn(kind)
  await ticker.stop()
  const rows = ['1', 'away', '2'].map((id) => ({ id, due: 0, job: id }))
  await expect(runDue(kind, rows, { queues, clock })).rejects.toThrow('gone')
  expect(queued).toEqual([])
})

test('a job that an earlier version left in the queue carries its one row', () => {
  expect(dueRowsOf({ name: 'expire-offers', id: 'expire-offers-7-0-1', data: { id: '7', due: 12 } })).toEqual([
    { id: '7', due: 12, job: 'expire-offers-7-0-1' },
  ])
})
