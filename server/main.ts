import { enableCompileCache } from 'node:module'
import path from 'node:path'
import { type Config, readConfig } from './config.ts'
import { openLog } from './platform/log.ts'
import { StartError } from './platform/start-error.ts'
import { openStore, type Store } from './platform/store.ts'
import type { Database } from './schema.ts'

const STOP_WITHIN_MILLISECONDS = 15_000

/** What is open, closed in the opposite order: first no new work, then pages and sockets, then queues, then the database. */
const opened = new AsyncDisposableStack()
let stopping = false
const started = start().catch(giveUp)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)

async function start(): Promise<void> {
  const config = readConfig()
  for (const notice of config.notices) console.log(notice)
  // Somebody who looks on reads addresses and sign-ins there; a file or a collector gets a line for each request as well.
  const log = openLog(process.stderr.isTTY ? 'warn' : 'info')
  // What the runtime has read once it finds again: a later start spares half a second. Where it cannot write, it reads anew.
  enableCompileCache(path.resolve(import.meta.dirname, '../node_modules/.cache/compiled'))
  // The database starts in processes of its own while this one reads the program: 1.3 s less on two cores.
  const [{ openProgram }, store] = await both(import('./program.ts'), open(config, log))
  await openProgram({ config, log, store, opened, isStopping: () => stopping })
}

async function open(config: Config, log: ReturnType<typeof openLog>): Promise<Store<Database>> {
  const store = await openStore<Database>({ ...config, log })
  opened.defer(() => store.close())
  return store
}

/** Both ended before either error is told, so that what has been opened can be closed. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other])
  return [await one, await other]
}

/** Ctrl+C comes twice, from the terminal and from npm: the second says nothing new. */
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  setTimeout(() => process.exit(1), STOP_WITHIN_MILLISECONDS).unref()
  await started
  await opened.disposeAsync()
  process.exit(0)
}

async function giveUp(error: unknown): Promise<void> {
  console.error(error instanceof StartError ? error.message : error)
  await opened.disposeAsync()
  process.exit(1)
}
