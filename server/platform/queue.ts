import type { Job, Queue, Worker } from 'bullmq'
import { whenBack } from './away.ts'
import type { Log } from './log.ts'
import { onPostgres, onRedis } from './queue-ground.ts'
import { QUEUES, type QueueName } from './queue-names.ts'
import { traced } from './trace.ts'

/** BullMQ on PostgreSQL, or on Redis where there are several machines. Deadlines are rows; a queue only carries what is due. */
export type Queues = {
  /** False where the queue did not take the job within a second: the caller then runs the same idempotent act itself. */
  readonly add: (queue: QueueName, job: QueuedJob) => Promise<boolean>
  readonly work: (
    queue: QueueName,
    run: (job: QueuedJob) => Promise<void>,
    onDead: (job: QueuedJob, reason: string) => void,
  ) => void
  /** How much lies in each queue. Throws where the queues are away. */
  readonly counts: () => Promise<readonly QueueCounts[]>
  /** Jobs that were tried as often as they may be, the latest first. */
  readonly dead: (limit: number) => Promise<readonly DeadJob[]>
  /** Tries a dead job once more; false where it is not dead (any more). */
  readonly repeat: (queue: QueueName, id: string) => Promise<boolean>
  readonly close: () => Promise<void>
}

export type QueueCounts = { readonly queue: QueueName } & Readonly<Record<QueueState, number>>
type QueueState = 'waiting' | 'active' | 'delayed' | 'failed'
export type DeadJob = {
  readonly queue: QueueName
  readonly id: string
  readonly name: string
  readonly attempts: number
  readonly reason: string
  readonly diedAt: Date
}
/** `id` says what the job is about, so that the same work is queued once; it holds no `:` and is not an integer. */
export type QueuedJob = { readonly name: string; readonly id: string; readonly data: Readonly<Record<string, unknown>> }

type Options = { databaseUrl: string; redisUrl: string | undefined; log: Log }

const TAKEN_WITHIN_MILLISECONDS = 1000
/** After a queue did not take a job nobody waits for it again so soon: a hundred seconds of waiting are a hundred deadlines late. */
const LEFT_ALONE_MILLISECONDS = 3000
const JOB = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: { count: 1000 },
} as const
/** A database that is away this long costs a job none of its attempts; one that is begun anew elsewhere meanwhile does no harm. */
const OUTAGE = { everyMilliseconds: 500, atMostMilliseconds: 120_000 }
const MAKE_AGAIN_MILLISECONDS = 1000

export async function openQueues({ databaseUrl, redisUrl, log }: Options): Promise<Queues> {
  const ground = redisUrl ? onRedis(redisUrl, log) : await onPostgres(databaseUrl, log)
  const queues = new Map<string, Queue>()
  const workers = new Set<Worker>()
  let closing = false
  let awayUntil = Number.NEGATIVE_INFINITY
  const queueOf = (name: string): Queue => {
    const known = queues.get(name)
    if (known) return known
    const made = ground.queue(name)
    made.on('error', (error) => log.warn({ queue: name, reason: error.message }, 'queue'))
    queues.set(name, made)
    // One that was made while the database was away remembers that for ever.
    made.waitUntilReady().catch(() => queues.delete(name))
    return made
  }
  const work: Queues['work'] = (queue, run, onDead) => {
    const worker = ground.worker(queue, (job) =>
      traced({ job: `${job.name} ${job.id}` }, () =>
        whenBack(
          () => run(jobOf(job)),
          OUTAGE,
          () => closing,
        ),
      ),
    )
    worker.on('error', (error) => {
      // A line of its own may outlive it by a moment, and end with the database.
      if (!closing) log.warn({ queue, reason: error.message }, 'worker')
    })
    worker.on('failed', (job, error) => {
      log.error({ queue, job: job?.name, id: job?.id, attempt: job?.attemptsMade, reason: error.message }, 'job failed')
      if (job && (job.finishedOn !== undefined || job.attemptsMade >= (job.opts.attempts ?? 1)))
        onDead(jobOf(job), error.message)
    })
    workers.add(worker)
    worker.waitUntilReady().catch(async () => {
      workers.delete(worker)
      await worker.close(true).catch(() => undefined) // it never began
      await afterMilliseconds(MAKE_AGAIN_MILLISECONDS, undefined)
      if (!closing) work(queue, run, onDead)
    })
  }
  return {
    work,
    add: async (queue, job) => {
      if (performance.now() < awayUntil) return false
      const added = queueOf(queue)
        .add(job.name, job.data, { ...JOB, jobId: job.id })
        .then(() => true)
        .catch((error: Error) => {
          log.warn({ queue, job: job.name, reason: error.message }, 'queue did not take the job')
          return false
        })
      const taken = await Promise.race([added, afterMilliseconds(TAKEN_WITHIN_MILLISECONDS, false)])
      if (!taken) awayUntil = performance.now() + LEFT_ALONE_MILLISECONDS
      return taken
    },
    counts: () => Promise.all(QUEUES.map((queue) => countsOf(queueOf(queue), queue))),
    dead: async (limit) => {
      const all = await Promise.all(QUEUES.map((queue) => deadIn(queueOf(queue), queue, limit)))
      return all
        .flat()
        .toSorted((a, b) => b.diedAt.getTime() - a.diedAt.getTime())
        .slice(0, limit)
    },
    repeat: async (queue, id) => {
      const job = await queueOf(queue).getJob(id)
      if (!job || !(await job.isFailed())) return false
      await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
      return true
    },
    close: async () => {
      closing = true
      // Waits for the running jobs; those of a Redis that is away run again elsewhere.
      const away = ground.isAway()
      const ending = [...workers].map((worker) => worker.close(away))
      if (away) ground.disconnect()
      await Promise.all(ending)
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      await ground.close()
    },
  }
}

async function countsOf(queue: Queue, name: QueueName): Promise<QueueCounts> {
  const {
    waiting = 0,
    active = 0,
    delayed = 0,
    failed = 0,
  } = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed')
  return { queue: name, waiting, active, delayed, failed }
}

async function deadIn(queue: Queue, name: QueueName, limit: number): Promise<DeadJob[]> {
  const jobs = await queue.getFailed(0, limit - 1)
  return jobs.map((job) => ({
    queue: name,
    id: String(job.id),
    name: job.name,
    attempts: job.attemptsMade,
    reason: job.failedReason ?? '',
    diedAt: new Date(job.finishedOn ?? job.timestamp),
  }))
}

const jobOf = ({ name, id, data }: Job): QueuedJob => ({ name, id: String(id), data })

/** Queues that take nothing: every act runs in the calling process, at once. For tests and for tools. */
export const noQueues: Queues = {
  add: async () => false,
  work: () => {},
  counts: async () => [],
  dead: async () => [],
  repeat: async () => false,
  close: async () => {},
}

const afterMilliseconds = <T>(milliseconds: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds, value).unref()
  })
