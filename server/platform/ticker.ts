import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { MINUTE } from '../kernel/time.ts'
import { isAway } from './away.ts'
import type { Clock } from './clock.ts'
import type { Lateness } from './lateness.ts'
import type { Log } from './log.ts'
import type { QueuedJob, Queues } from './queue.ts'
import type { QueueName } from './queue-names.ts'

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
  /** How many may share a job where many are due at once: to queue, fetch and note one costs more than a short act. */
  readonly together?: number
}
/** A row in a job: its instant in milliseconds, and the name of the job that it has where it goes alone. */
export type DueRow = { readonly id: string; readonly due: number; readonly job: string }

/** What a job of the ticker carries; those of earlier versions, which may still lie in a queue, carried one row. */
export const dueRowsOf = ({ id, data }: QueuedJob): readonly DueRow[] =>
  (data.rows as readonly DueRow[] | undefined) ?? [{ id: String(data.id), due: Number(data.due), job: id }]
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
  const sharing: Sharing = new Map()
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= pass(options, sharing)
      .catch((error) => options.log.warn({ reason: String(error) }, 'ticker pass failed'))
      .finally(() => {
        running = undefined
      })
  }, EVERY_MILLISECONDS)
  timer.unref()
  return {
    pass: () => pass(options, sharing),
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

async function pass<DB>(options: Options<DB>, sharing: Sharing): Promise<void> {
  const { clock, lateness } = options
  const due = await listDue(options)
  lateness?.looked(clock.now())
  // A job that has failed for good keeps its name taken: with the minute in it the deadline gets another chance.
  const minute = Math.floor(clock.now().getTime() / MINUTE)
  for (const some of jobsOf(due, sharing, minute))
    if (!(await begin(options, some))) for (const { job } of some.rows) sharing.delete(job)
}

/** When what shares a job was queued, by its own name: while that job is on its way it is not put into another one. */
type Sharing = Map<string, number>
const SHARED_MILLISECONDS = 10_000

/** One or several rows of one kind that make a job. */
type Some<DB> = { readonly kind: DueKind<DB>; readonly rows: readonly Row[] }
type Row = Due & { readonly job: string }

/** In the order of the list. What shares a job is taken up again with others if it is still due after some seconds. */
function jobsOf<DB>(due: readonly Found<DB>[], sharing: Sharing, minute: number): Some<DB>[] {
  const now = performance.now()
  for (const [job, since] of sharing) if (now - since > SHARED_MILLISECONDS) sharing.delete(job)
  return [...Map.groupBy(due, ({ kind }) => kind)].flatMap(([kind, found]) => {
    const rows = found.map(({ row }) => ({ ...row, job: `${kind.kind}-${row.id}-${row.version}-${minute}` }))
    const { together = 1 } = kind
    if (together === 1) return rows.map((row) => ({ kind, rows: [row] }))
    const fresh = rows.filter(({ job }) => !sharing.has(job))
    for (const { job } of fresh) sharing.set(job, now)
    return Array.from({ length: Math.ceil(fresh.length / together) }, (_, n) => ({
      kind,
      rows: fresh.slice(n * together, (n + 1) * together),
    }))
  })
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

/** False where no queue took it and it was done here. */
async function begin<DB>({ clock, queues, log, lateness }: Options<DB>, { kind, rows }: Some<DB>): Promise<boolean> {
  const dueAt = (row: Row): number => (row.at ?? clock.now()).getTime()
  const data = { rows: rows.map((row): DueRow => ({ id: row.id, due: dueAt(row), job: row.job })) }
  const queue = kind.queue ?? 'due'
  if (!kind.direct && (await queues.add(queue, { name: kind.kind, id: nameOf(rows), data }))) return true
  for (const row of rows) {
    const running = kind
      .run(row.id)
      .then(() => lateness?.done(kind.kind, clock.now().getTime() - dueAt(row)))
      .catch((error) => log.error({ kind: kind.kind, id: row.id, reason: String(error) }, 'due act failed'))
    if (!kind.slow) await running
  }
  return false
}

/** Of one its own; of several one that no other several have. */
function nameOf(rows: readonly Row[]): string {
  const [first, ...others] = rows.map(({ job }) => job)
  if (!first || others.length === 0) return first ?? ''
  return `${first}-and-${createHash('sha256').update(others.join(' ')).digest('hex').slice(0, 16)}`
}

/**
 * Does what a job carries. Of several that share one, whatever fails gets a job of its own and is tried there as often as
 * any other; what meets a database that is away fails the whole, which is begun anew: each act is idempotent.
 */
export async function runDue<DB>(
  kind: DueKind<DB>,
  rows: readonly DueRow[],
  { queues, clock, lateness }: Pick<Options<DB>, 'queues' | 'clock' | 'lateness'>,
): Promise<void> {
  const run = async ({ id, due }: DueRow): Promise<void> => {
    await kind.run(id)
    lateness?.done(kind.kind, clock.now().getTime() - due)
  }
  const runApart = (row: DueRow): Promise<void> =>
    run(row).catch(async (error) => {
      if (isAway(error)) throw error
      await queues.add(kind.queue ?? 'due', { name: kind.kind, id: row.job, data: { rows: [row] } })
    })
  const [only, ...others] = rows
  if (only && others.length === 0) return run(only)
  if (kind.slow) return void (await Promise.all(rows.map(runApart)))
  for (const row of rows) await runApart(row)
}
