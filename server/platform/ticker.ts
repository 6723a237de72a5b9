import { type Kysely, sql } from 'kysely'
import { MINUTE } from '../kernel/time.ts'
import type { Clock } from './clock.ts'
import type { Lateness } from './lateness.ts'
import type { Log } from './log.ts'
import type { Queues } from './queue.ts'

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

async function pass<DB>({ db, clock, queues, kinds, log, lateness }: Options<DB>): Promise<void> {
  const due = await db.transaction().execute(async (trx) => {
    const lock = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${LOCK}) as mine`.execute(trx)
    if (!lock.rows[0]?.mine) return []
    const found: { kind: DueKind<DB>; row: Due }[] = []
    for (const kind of kinds) for (const row of await kind.list(trx, clock.now(), LIMIT)) found.push({ kind, row })
    return found
  })
  lateness?.looked(clock.now())
  // A job that has failed for good keeps its name taken: with the minute in it the deadline gets another chance.
  const minute = Math.floor(clock.now().getTime() / MINUTE)
  for (const { kind, row } of due) {
    const dueAt = (row.at ?? clock.now()).getTime()
    const job = {
      name: kind.kind,
      id: `${kind.kind}-${row.id}-${row.version}-${minute}`,
      data: { id: row.id, due: dueAt },
    }
    const taken = kind.direct ? false : await queues.add('due', job)
    if (taken) continue
    const running = kind
      .run(row.id)
      .then(() => lateness?.done(kind.kind, clock.now().getTime() - dueAt))
      .catch((error) => log.error({ kind: kind.kind, id: row.id, reason: String(error) }, 'due act failed'))
    if (!kind.slow) await running
  }
}
