import { createPostgresBackend, DEFAULT_SCHEMA, type Processor, Queue, runMigrations, Worker } from 'bullmq'
import pg from 'pg'
import type { Log } from './log.ts'
import { QUEUES, type QueueName } from './queue-names.ts'
import { producer, subscriber } from './redis.ts'

// A killed worker's job starts again after about 5 s (measured; 60 s with the defaults), however often workers are
// killed over it, and a worker asks again soon where its database was away (15 s with the defaults).
const TIMING = {
  lockDuration: 5000,
  stalledInterval: 2500,
  maxStalledCount: 1000,
  runRetryDelay: 1000,
  concurrency: 4,
}

/** Long work: one at a time, and believed dead only after two minutes of silence. */
const LONG_TIMING = { ...TIMING, lockDuration: 120_000, stalledInterval: 30_000, concurrency: 1 }
const LONG_QUEUES: readonly string[] = ['appraisal', 'roster'] satisfies readonly QueueName[]
const timingOf = (queue: string) => (LONG_QUEUES.includes(queue) ? LONG_TIMING : TIMING)
const CONNECTIONS = 8

/** What queues and workers of BullMQ stand on: clients of one Redis, or one pool of PostgreSQL. */
type Ground = {
  readonly queue: (name: string) => Queue
  readonly worker: (name: string, process: Processor) => Worker
  /** Whether work in hand can still be finished and noted. */
  readonly isAway: () => boolean
  readonly disconnect: () => void
  readonly close: () => Promise<void>
}

export function onRedis(url: string, log: Log): Ground {
  const adds = producer(url, log)
  const works = subscriber(url, log)
  const disconnect = (): void => {
    adds.disconnect()
    works.disconnect()
  }
  return {
    queue: (name) => new Queue(name, { connection: adds }),
    worker: (name, process) => new Worker(name, process, { ...timingOf(name), connection: works }),
    isAway: () => works.status !== 'ready',
    disconnect,
    close: async () => disconnect(),
  }
}

// A pool of ours: BullMQ's own has moments in which nobody hears that a line was lost, and that ends the program.
export async function onPostgres(url: string, log: Log): Promise<Ground> {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: 2000,
    keepAlive: true,
    application_name: 'nightdesk queue',
    options: `-c search_path=${DEFAULT_SCHEMA}`,
  })
  const lost = (error: Error): void => {
    if (!pool.ending) log.warn({ kind: 'queue', reason: error.message }, 'a database connection was lost')
  }
  // Every queue and worker listens to the one pool: four of each are no leak.
  pool.setMaxListeners(4 * QUEUES.length)
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  const client = await pool.connect()
  try {
    await runMigrations(client, DEFAULT_SCHEMA)
  } finally {
    client.release()
  }
  const connection = { connection: pool as never }
  return {
    queue: (name) => new Queue(name, connection, createPostgresBackend as never) as Queue,
    worker: (name, process) =>
      new Worker(name, process, { ...timingOf(name), ...connection }, createPostgresBackend as never) as Worker,
    isAway: () => false,
    disconnect: () => undefined,
    close: () => pool.end(),
  }
}
