import { once } from 'node:events'
import fs from 'node:fs'
import type { Server } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { buildApp } from '../../server/app.ts'
import { openChatSockets } from '../../server/chat/sockets.ts'
import { readConfig } from '../../server/config.ts'
import { buildHouse } from '../../server/deps.ts'
import type { Watch } from '../../server/desk/presence/watch.ts'
import { openDeskSockets } from '../../server/desk/sockets.ts'
import { openFiles } from '../../server/platform/files.ts'
import { openLive } from '../../server/platform/live.ts'
import { openLog } from '../../server/platform/log.ts'
import { openMetrics } from '../../server/platform/metrics.ts'
import { noQueues } from '../../server/platform/queue.ts'
import { secretNamed } from '../../server/platform/secret.ts'
import { publicRooms } from '../../server/topics.ts'
import type { HandSetClock } from './clock.ts'
import type { testDatabase } from './database.ts'
import { freePort } from './program.ts'

export type QuietHouse = Awaited<ReturnType<typeof openHouse>>
export type House = QuietHouse & { readonly url: string; readonly watch: Watch }
/** One process among several: the Redis between them, and its name in presence rows. */
type Among = { readonly redisUrl?: string | undefined; readonly process?: string; readonly trustedProxies?: string }

/**
 * The house on its test database: everything but queues, sockets and the ticker, for `house.app.request('/sign-in')`;
 * open it in `beforeAll`, close it in `afterAll`.
 */
export async function openHouse(
  database: ReturnType<typeof testDatabase>,
  clock: HandSetClock,
  port = 3000,
  { redisUrl, process = 'test', trustedProxies = '' }: Among = {},
) {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-house-'))
  const config = readConfig({ PORT: String(port), DEMO: 'off', DATA_DIR: dataDir, TRUSTED_PROXIES: trustedProxies })
  const log = openLog('silent')
  const live = openLive({ redisUrl, log, mayConnect: config.isOurOrigin, publicRooms })
  const { deps, relay, react, stop } = buildHouse({
    config,
    clock,
    live,
    log,
    metrics: openMetrics({ ofProcess: false }),
    queues: noQueues,
    files: await openFiles({ dataDir, s3Url: undefined }),
    web: database.db,
    work: database.db,
    secret: await secretNamed(database.db, 'forms'),
    process,
  })
  const close = async (): Promise<void> => {
    await stop()
    fs.rmSync(dataDir, { recursive: true, force: true })
  }
  return { deps, app: buildApp(deps), relay, react, close }
}

/** The same, listening on a free port or, to come back after a restart, on a given one: for sockets, browsers and clients of the protocol. */
export async function startServer(
  database: ReturnType<typeof testDatabase>,
  clock: HandSetClock,
  given?: number,
  among: Among = {},
): Promise<House> {
  const port = given ?? (await freePort())
  const house = await openHouse(database, clock, port, among)
  const http = createAdaptorServer({ fetch: house.app.fetch }) as Server
  house.deps.live.attach(http)
  openChatSockets(house.deps)
  const watch = openDeskSockets(house.deps)
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  const close = async (): Promise<void> => {
    watch.stop()
    http.closeAllConnections()
    await house.deps.live.close()
    await house.close()
  }
  return { ...house, url: `http://127.0.0.1:${port}`, watch, close }
}

const HEARD_WITHIN_MILLISECONDS = 60_000

/** Everything that was announced has been heard, also by a pass of the house's own that is on its way. */
export async function heard({ deps, relay }: QuietHouse): Promise<void> {
  for (const until = performance.now() + HEARD_WITHIN_MILLISECONDS; performance.now() < until; ) {
    const passed = await relay.pass()
    if (!(await deps.db.selectFrom('outbox').select('event_id').limit(1).executeTakeFirst())) return
    // The house's own relay is at it: it is waited for, not asked again as fast as one can.
    if (passed === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  throw new Error('something that was announced is never heard')
}
