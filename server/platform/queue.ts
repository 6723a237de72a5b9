import { createPostgresBackend, type Job, Queue, Worker } from 'bullmq'
import type { Log } from './log.ts'
import { producer, subscriber } from './redis.ts'

/** BullMQ on PostgreSQL, or on Redis where there are several machines. Deadlines are rows; a queue only carries what is due. */
export type Queues = {
  /** False where the queue did not take the job within a second: the caller then runs the same idempotent act itself. */
  readonly add: (queue: string, job: QueuedJob) => Promise<boolean>
  readonly work: (
    queue: string,
    run: (job: QueuedJob) => Promise<void>,
    onDead: (job: QueuedJob, reason: string) => void,
  ) => void
  readonly close: () => Promise<void>
}
/** `id` says what the job is about, so that the same work is queued once; it holds no `:` and is not an integer. */
export type QueuedJob = { readonly name: string; readonly id: string; readonly data: Readonly<Record<string, unknown>> }

type Options = { databaseUrl: string; redisUrl: string | undefined; log: Log }

const TAKEN_WITHIN_MILLISECONDS = 1000
// A killed worker's job starts again after about 5 s (measured; 60 s with the defaults).
const TIMING = { lockDuration: 5000, stalledInterval: 2500, concurrency: 4 }
const JOB = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: false,
} as const

export function openQueues({ databaseUrl, redisUrl, log }: Options): Queues {
  const queues = new Map<string, Queue>()
  const workers: Worker[] = []
  const clients = redisUrl ? { adds: producer(redisUrl, log), works: subscriber(redisUrl, log) } : undefined
  const onPostgres = {
    connection: { connectionString: databaseUrl, schema: 'bullmq', migrate: true, max: 3, keepAlive: true },
  }
  const disconnect = (): void => {
    clients?.adds.disconnect()
    clients?.works.disconnect()
  }
  const queueOf = (name: string): Queue => {
    const known = queues.get(name)
    if (known) return known
    const made = clients
      ? new Queue(name, { connection: clients.adds })
      : (new Queue(name, onPostgres as never, createPostgresBackend as never) as Queue)
    made.on('error', (error) => log.warn({ queue: name, reason: error.message }, 'queue'))
    queues.set(name, made)
    return made
  }
  return {
    add: async (queue, job) => {
      const added = queueOf(queue)
        .add(job.name, job.data, { ...JOB, jobId: job.id })
        .then(() => true)
        .catch((error: Error) => {
          log.warn({ queue, job: job.name, reason: error.message }, 'queue did not take the job')
          return false
        })
      return Promise.race([added, afterMilliseconds(TAKEN_WITHIN_MILLISECONDS, false)])
    },
    work: (queue, run, onDead) => {
      const process = (job: Job) => run({ name: job.name, id: String(job.id), data: job.data })
      const worker = clients
        ? new Worker(queue, process, { ...TIMING, connection: clients.works })
        : (new Worker(queue, process, { ...TIMING, ...onPostgres } as never, createPostgresBackend as never) as Worker)
      worker.on('error', (error) => log.warn({ queue, reason: error.message }, 'worker'))
      worker.on('failed', (job, error) => {
        log.error(
          { queue, job: job?.name, id: job?.id, attempt: job?.attemptsMade, reason: error.message },
          'job failed',
        )
        if (job && job.attemptsMade >= (job.opts.attempts ?? 1))
          onDead({ name: job.name, id: String(job.id), data: job.data }, error.message)
      })
      workers.push(worker)
    },
    close: async () => {
      // Waits for the running jobs; those of a Redis that is away run again elsewhere.
      const away = clients !== undefined && clients.works.status !== 'ready'
      const closing = workers.map((worker) => worker.close(away))
      if (away) disconnect()
      await Promise.all(closing)
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      disconnect()
    },
  }
}

/** Queues that take nothing: every act runs in the calling process, at once. For tests and for tools. */
export const noQueues: Queues = { add: async () => false, work: () => {}, close: async () => {} }

const afterMilliseconds = <T>(milliseconds: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds, value).unref()
  })
