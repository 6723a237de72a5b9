import { type Kysely, sql } from 'kysely'
import { MINUTE } from '../kernel/time.ts'
import type { Clock } from './clock.ts'
import type { Lateness } from './lateness.ts'
import type { Log } from './log.ts'
import type { QueueName, Queues } from './queue.ts'

/** A row whose time has come. `version` changes with the deadline, so that a moved one is a new job. */
export type Due = {
  readonly id: string
  readonly version: string | number
  /** Its instant, where the row knows it: how late it is done is told by this. */
  readonly at?: Date
}

/** One kind of deadline: how to list what is due, and the idempotent act. */
export type DueKind<DB> = {
  /** Name of the job, verb first: `expire-offers`. */
  readonly kind: string
  readonly list: (db: Kysely<DB>, now: Date, limit: number) => Promise<readonly Due[]>
  readonly run: (id: string) => Promise<void>
  /** Runs in the ticker itself: for short sweeps that gain nothing from a queue. */
  readonly direct?: boolean
  /** Waits for the outside world: where the queue does not take it, the ticker starts it and goes on. */
  readonly slow?: boolean
  /** Long work has a queue of its own. */
  readonly queue?: QueueName
}
export type Ticker = { readonly pass: () => Promise<void>; readonly stop: () => Promise<void> }

type Options<DB> = {
  db: Kysely<DB>
  clock: Clock
  queues: Queues
  kinds: readonly DueKind<DB>[]
  log: Log
  lateness?: Pick<Lateness, 'looked' | 'done'>
}

const EVERY_MILLISECONDS = 1000
const LIMIT = 200
const LOCK = 4_201_002

/** Each second: what is due becomes a job. Never early; `now` is the clock's, never the database's (DESIGN 3.5). */
export function openTicker<DB>(options: Options<DB>): Ticker {
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= pass(options)
      .catch((error) => options.log.warn({ reason: String(error) }, 'ticker pass failed'))
      .finally(() => {
        running = undefined
      })
  }, EVERY_MILLISECONDS)
  timer.unref()
  return {
    pass: () => pass(options),
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

async function pass<DB>(options: Options<DB>): Promise<void> {
  const { clock, lateness } = options
  const due = await listDue(options)
  lateness?.looked(clock.now())
  // A job that has failed for good keeps its name taken: with the minute in it the deadline gets another chance.
  const minute = Math.floor(clock.now().getTime() / MINUTE)
  for (const one of due) await begin(options, one, minute)
}

type Found<DB> = { readonly kind: DueKind<DB>; readonly row: Due }

/** What is due of every kind. A list that fails is told, and those after it are asked all the same. */
async function listDue<DB>(options: Options<DB>): Promise<Found<DB>[]> {
  const found: Found<DB>[] = []
  let left = options.kinds
  // The statement that failed has ended its transaction: the next one begins after it, so that health costs no savepoints.
  while (left.length > 0) left = await listUntilOneFails(options, left, found)
  return found
}

/** Returns the kinds that are still to be asked: those after the one that failed. */
async function listUntilOneFails<DB>(
  { db, clock, log }: Options<DB>,
  kinds: readonly DueKind<DB>[],
  found: Found<DB>[],
): Promise<readonly DueKind<DB>[]> {
  let asking: DueKind<DB> | undefined
  try {
    await db.transaction().execute(async (trx) => {
      const lock = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${LOCK}) as mine`.execute(trx)
      if (!lock.rows[0]?.mine) return
      for (const kind of kinds) {
        asking = kind
        for (const row of await kind.list(trx, clock.now(), LIMIT)) found.push({ kind, row })
      }
    })
    return []
  } catch (error) {
    if (!asking) throw error
    log.error({ kind: asking.kind, reason: String(error) }, 'what is due could not be listed')
    return kinds.slice(kinds.indexOf(asking) + 1)
  }
}

async function begin<DB>(
  { clock, queues, log, lateness }: Options<DB>,
  { kind, row }: Found<DB>,
  minute: number,
): Promise<void> {
  const dueAt = (row.at ?? clock.now()).getTime()
  const job = {
    name: kind.kind,
    id: `${kind.kind}-${row.id}-${row.version}-${minute}`,
    data: { id: row.id, due: dueAt },
  }
  const taken = kind.direct ? false : await queues.add(kind.queue ?? 'due', job)
  if (taken) return
  const running = kind
    .run(row.id)
    .then(() => lateness?.done(kind.kind, clock.now().getTime() - dueAt))
    .catch((error) => log.error({ kind: kind.kind, id: row.id, reason: String(error) }, 'due act failed'))
  if (!kind.slow) await running
}
