import { Redis } from 'ioredis'
import type { Log } from './log.ts'

/** The only module that makes Redis clients (RELIABILITY 9). Every one has an error listener: without it a dead Redis ends the process. */
const heard = (client: Redis, log: Log, what: string): Redis => {
  let said = 0
  client.on('error', (error) => {
    // One line a minute: a dead Redis errs on every retry.
    const now = performance.now()
    if (now - said < 60_000 && said > 0) return
    said = now
    log.warn({ what, reason: error.message }, 'redis is away')
  })
  return client
}

const slowly = (attempt: number): number => Math.min(100 * attempt, 2000)

/** For Socket.IO: fails at once and quietly; local rooms have already been served. */
export function publisher(url: string, log: Log): Redis {
  const client = heard(
    new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 300, retryStrategy: slowly }),
    log,
    'publisher',
  )
  const publish = client.publish.bind(client)
  // The adapter does not await its publishes: a rejection would be unhandled and end the server.
  client.publish = ((...args: Parameters<typeof publish>) => publish(...args).catch(() => 0)) as typeof client.publish
  return client
}

/** For Socket.IO: waits for Redis to come back, and is quiet about what it could not say to one that is gone. */
export function listener(url: string, log: Log): Redis {
  const client = subscriber(url, log)
  // Nor does the adapter await these: what still waits when the line is given up would end the server.
  for (const name of ['subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe'] as const) {
    const act = client[name].bind(client) as (...args: unknown[]) => Promise<unknown>
    client[name] = ((...args: unknown[]) => act(...args).catch(() => 0)) as never
  }
  return client
}

/** For subscriptions and workers: waits for Redis to come back for as long as it takes. */
export const subscriber = (url: string, log: Log): Redis =>
  heard(new Redis(url, { maxRetriesPerRequest: null, retryStrategy: slowly }), log, 'subscriber')

/** For adding jobs: says no at once, so that the caller can do the work itself. */
export const producer = (url: string, log: Log): Redis =>
  heard(new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, retryStrategy: slowly }), log, 'producer')
