import { once } from 'node:events'
import type { Server } from 'node:http'
import { hostname } from 'node:os'
import { createAdaptorServer } from '@hono/node-server'
import { buildApp } from './app.ts'
import { openMailReader } from './chat/mail/reader.ts'
import { openChatSockets } from './chat/sockets.ts'
import type { Config } from './config.ts'
import { buildHouse, type House } from './deps.ts'
import type { Watch } from './desk/presence/watch.ts'
import { openDeskSockets } from './desk/sockets.ts'
import { systemClock } from './platform/clock.ts'
import { openFiles } from './platform/files.ts'
import { openLateness } from './platform/lateness.ts'
import { openLive } from './platform/live.ts'
import type { Log } from './platform/log.ts'
import { openMetrics } from './platform/metrics.ts'
import { openPulse } from './platform/pulse.ts'
import { openQueues, type Queues } from './platform/queue.ts'
import { secretNamed } from './platform/secret.ts'
import { StartError } from './platform/start-error.ts'
import type { Store } from './platform/store.ts'
import { evidence } from './reactions.ts'
import type { Database } from './schema.ts'
import { announceSetup } from './setup/terminal.ts'
import { openTimetable } from './timetable.ts'
import { tellAppraisals } from './tools/demo/appraised.ts'
import { announceDemo, seedDemo } from './tools/demo/load.ts'
import { tellMailed } from './tools/demo/mailed.ts'
import { draftNextMonth } from './tools/demo/months.ts'
import { tellPast } from './tools/demo/past.ts'
import { publicRooms } from './topics.ts'

/** What a process is opened on; whatever it opens itself is closed with `opened`, in the opposite order. */
export type Opening = {
  readonly config: Config
  readonly log: Log
  readonly store: Store<Database>
  readonly opened: AsyncDisposableStack
  /** From the first signal on no balancer shall send us anybody new. */
  readonly isStopping: () => boolean
}

const CUT_AFTER_MILLISECONDS = 10_000

/** Opens pages, sockets, queues and deadlines as `ROLE` says; returns when this process is at work. Throws `StartError`. */
export async function openProgram(opening: Opening): Promise<void> {
  const { config } = opening
  const house = await openHouse(opening)
  const watch = config.role === 'worker' ? undefined : await openDoors(opening, house)
  openWorkshop(opening, house, watch)
  if (config.role === 'worker') console.log('Nightdesk is at work.')
  if (config.demo) await welcomeNewcomer(house)
  else if (config.role !== 'worker') await announceSetup(house.working)
  openMail(opening, house)
}

async function openHouse({ config, log, store, opened }: Opening): Promise<House> {
  const { redisUrl, s3Url, dataDir, role } = config
  const files = await openFiles({ dataDir, s3Url })
  const queues = await openQueues({ databaseUrl: store.url, redisUrl, log })
  opened.defer(() => queues.close())
  const live = openLive({ redisUrl, log, mayConnect: config.isOurOrigin, publicRooms })
  opened.defer(() => live.close())
  // Push services know the house by these from its first start on.
  await secretNamed(store.work, 'vapid')
  const house = buildHouse({
    config,
    live,
    log,
    web: store.web,
    work: store.work,
    long: store.long,
    queues: role === 'web' ? onlyFilling(queues) : queues,
    files,
    metrics: openMetrics({ ofProcess: true }),
    clock: systemClock,
    secret: await secretNamed(store.work, 'forms'),
    process: `${hostname()}-${process.pid}`,
  })
  // From here on its relay asks the database: it ends with whatever fails to open behind it.
  opened.defer(() => house.stop())
  return house
}

/** A web process fills the queues and leaves them to the workers. */
const onlyFilling = (queues: Queues): Queues => ({ ...queues, work: () => undefined })

async function openDoors({ config, opened, isStopping }: Opening, { deps }: House): Promise<Watch> {
  const { host, port, publicUrl } = config
  const app = buildApp(deps)
  const notReady = (request: Request): Response | undefined =>
    isStopping() && new URL(request.url).pathname === '/readyz' ? new Response('stopping', { status: 503 }) : undefined
  const http = createAdaptorServer({ fetch: (request, env) => notReady(request) ?? app.fetch(request, env) }) as Server
  deps.live.attach(http)
  openChatSockets(deps)
  const watch = openDeskSockets(deps)
  opened.defer(() => watch.stop())
  await listen(http, host, port)
  opened.defer(() => cutLater(http))
  console.log(`Nightdesk is open: customers at ${publicUrl}/, staff at ${publicUrl}/desk`)
  return watch
}

function openWorkshop({ config, log, store, opened }: Opening, house: House, watch: Watch | undefined): void {
  const { clock, live, metrics, process: name } = house.working
  const lateness = openLateness(metrics)
  const redis = () => (config.redisUrl ? (live.healthy() ? 'there' : 'away') : 'none') as 'none' | 'there' | 'away'
  const facts = () => ({
    sockets: live.lines(),
    connections: store.connections(),
    redis: redis(),
    ticker: lateness.facts(),
  })
  const pulse = openPulse({ db: store.work, clock, log, name, role: config.role, facts })
  opened.defer(() => pulse.stop())
  const { working: deps, long, react } = house
  const ticker = openTimetable({ deps, long, databaseUrl: store.url, react, watch, lateness })
  opened.defer(() => ticker.stop())
}

/** One process at a time reads the mailbox; the others stand by. */
function openMail({ config, opened }: Opening, { working }: House): void {
  if (!config.imapUrl || config.role === 'web') return
  const reader = openMailReader(working, config.imapUrl)
  opened.defer(() => reader.stop())
}

async function welcomeNewcomer({ working }: House): Promise<void> {
  await seedDemo(working)
  await announceDemo(working)
  // What lies behind this company and ahead of it adorns it: an open house does not end over it, and the next start tells it.
  for (const tell of [draftNextMonth, tellPast, tellMailed, (house: typeof working) => tellAppraisals(house, evidence)])
    await tell(working).catch((error) => working.log.warn({ reason: String(error) }, 'the demo was not told whole'))
}

async function listen(http: Server, host: string, port: number): Promise<void> {
  http.listen(port, host)
  try {
    await once(http, 'listening')
  } catch (error) {
    throw whyNotListen(error as NodeJS.ErrnoException, host, port)
  }
}

function whyNotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        `Port ${port} on ${host} is taken by another program: stop that one, or set PORT to a free one.`,
      )
    case 'EACCES':
      return new StartError(`Port ${port} may not be opened by this user: set PORT to one above 1023.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(
        `HOST is "${host}", which is no address of this machine: set it to 127.0.0.1, or to 0.0.0.0 for all.`,
      )
    default:
      return error
  }
}

/** Closing waits for answers on their way; who reads too slowly is cut, in time for an orderly end. */
const cutLater = (http: Server): void => {
  setTimeout(() => http.closeAllConnections(), CUT_AFTER_MILLISECONDS).unref()
}
