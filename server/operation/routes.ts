import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { type Words, wordsOf } from '../i18n/dictionaries.ts'
import { jobWord } from '../i18n/jobs.ts'
import { NotFound, refusal, refuse } from '../kernel/refusal.ts'
import type { Metrics } from '../platform/metrics.ts'
import { VERSION } from '../platform/pulse.ts'
import type { DeadJob, QueueCounts } from '../platform/queue.ts'
import { QUEUES } from '../platform/queue-names.ts'
import { hopsOf, isNear, peerOf } from '../web/address.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../web/page.ts'
import { noteRepeat } from './actions.ts'
import { listProcesses, readDatabase, readHouse, readOutbox } from './queries.ts'
import { isSilent, lagTone, tickerOf } from './rules.ts'

const DEAD_AT_ONCE = 50
const JOB_ID = z.string().min(1).max(300)

/** For whoever keeps the program running: processes, queues, what died and may be tried again. */
export const operationRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/', staffOnly(deps, 'system.operate'), async (c) => {
      const values = await seen(deps, wordsOf(c.var.language))
      return wantsPart(c) ? fragment(c, deps, 'operation/show', 'now', values) : page(c, deps, 'operation/show', values)
    })
    .post('/jobs/repeat', staffOnly(deps, 'system.operate'), async (c) => {
      const { queue, job } = await form(c, { queue: z.enum(QUEUES), job: JOB_ID })
      const repeated = await deps.queues.repeat(queue, job)
      if (!repeated) refuse(refusal('operation.job_not_dead'))
      await deps.transact(c.var.me.actor, (tx) => noteRepeat(tx, queue))
      return seeOther(c, '/operation')
    })

/**
 * Figures for Prometheus. They tell how busy the house is, so only neighbours get them: callers of this machine or of a
 * private network. Others find nothing here.
 */
export const metricsRoutes = (deps: Deps) => {
  describe(deps)
  return new Hono<Env>().get('/metrics', async (c) => {
    if (!isNeighbour(c)) throw new NotFound()
    const { type, body } = await deps.metrics.text()
    return c.body(body, 200, { 'content-type': type })
  })
}

// By every hop, not by the last that we trust: a balancer on this machine that nobody named to us must not make neighbours
// of its callers, and what it adds they cannot take away.
function isNeighbour(c: Context<Env>): boolean {
  const peer = peerOf(c)
  return !peer || (hopsOf(peer).every(isNear) && c.req.header('forwarded') === undefined)
}

async function seen({ db, queues, clock }: Deps, t: Words): Promise<Record<string, unknown>> {
  const now = clock.now()
  const away = { counts: [] as readonly QueueCounts[], dead: [] as readonly DeadJob[], away: true }
  const queued = Promise.all([queues.counts(), queues.dead(DEAD_AT_ONCE)]).then(
    ([counts, dead]) => ({ counts, dead, away: false }),
    () => away,
  )
  const [processes, outbox, house, database, queue] = await Promise.all([
    listProcesses(db),
    readOutbox(db, now),
    readHouse(db),
    readDatabase(db),
    Promise.race([queued, afterSeconds(2, away)]),
  ])
  const ticker = tickerOf(processes, now)
  return {
    now,
    processes: processes.map((one) => ({ ...one, silent: isSilent(one.seenAt, now) })),
    outbox: { ...outbox, seconds: Math.round(outbox.oldestSeconds), tone: lagTone(outbox.oldestSeconds) },
    house,
    database: { ...database, megabytes: Math.round(database.bytes / 1_048_576) },
    queue: { ...queue, dead: queue.dead.map((one) => ({ ...one, job: jobWord(t, one.name) })) },
    ticker: {
      ...ticker,
      late: ticker.late.map((one) => ({ ...one, job: jobWord(t, one.kind), lasting: lastingOf(one.seconds, t) })),
    },
    versions: { product: VERSION, runtime: process.version },
  }
}

/** Seconds as a person reads them: what stood still over a night is told in hours. */
function lastingOf(seconds: number, t: Words): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return t('common.minutes', { count: Math.floor(seconds / 60) })
  return t('common.hours', { count: Math.floor(seconds / 3600) })
}

/** What is read from the database and the queues when somebody asks for the figures. */
function describe({ db, queues, live, clock, metrics }: Deps): void {
  const one = (value: number) => [{ value }]
  const figure = (name: string, help: string, read: () => Promise<number>): void =>
    metrics.read(name, help, [], async () => one(await read()))
  figure(
    'outbox_rows',
    'Announcements that are still to be told.',
    async () => (await readOutbox(db, clock.now())).rows,
  )
  figure(
    'outbox_oldest_seconds',
    'How long the oldest of them has waited.',
    async () => (await readOutbox(db, clock.now())).oldestSeconds,
  )
  figure('tickets_waiting', 'Tickets in the queue.', async () => (await readHouse(db)).ticketsWaiting)
  figure('offers_open', 'Offers that nobody has answered yet.', async () => (await readHouse(db)).offersOpen)
  figure('alarms_open', 'Alarms that nobody has settled.', async () => (await readHouse(db)).alarmsOpen)
  figure('mails_waiting', 'Letters that have not been handed over.', async () => (await readHouse(db)).mailsWaiting)
  figure('live_healthy', '1 while live messages reach every process.', async () => (live.healthy() ? 1 : 0))
  const lines = async (): ReturnType<Parameters<Metrics['read']>[3]> =>
    Object.entries(live.lines()).map(([namespace, value]) => ({ labels: { namespace }, value }))
  metrics.read('sockets', 'Open live lines of this process.', ['namespace'], lines)
  metrics.read('jobs', 'Jobs in the queues.', ['queue', 'state'], async () =>
    (await queues.counts()).flatMap(({ queue, ...states }) =>
      Object.entries(states).map(([state, value]) => ({ labels: { queue, state }, value })),
    ),
  )
  metrics.read('info', 'What runs here.', ['version', 'runtime'], async () => [
    { labels: { version: VERSION, runtime: process.version }, value: 1 },
  ])
}

const afterSeconds = <T>(seconds: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000, value).unref()
  })
