import type { Kysely } from 'kysely'
import type { Pool } from 'pg'
import { checkDatabase, openDatabase, openPool, type PoolKind } from './database.ts'
import { startEmbedded } from './embedded.ts'
import type { Log } from './log.ts'
import { migrate } from './migrate.ts'
import { claimFolder } from './sole-owner.ts'

/** The database, checked and up to date, with connections for pages and, apart from them, for reactions, deadlines and jobs. */
export type Store<DB> = {
  readonly url: string
  readonly web: Kysely<DB>
  readonly work: Kysely<DB>
  /** For work of minutes, so that neither of the others waits for it. */
  readonly long: Kysely<DB>
  /** Connections of all pools: in use, open, and how many acts wait for one. */
  readonly connections: () => { readonly busy: number; readonly open: number; readonly waiting: number }
  readonly close: () => Promise<void>
}
type Options = { readonly databaseUrl: string | undefined; readonly dataDir: string; readonly log: Log }

const WEB_CONNECTIONS = 12
const WORK_CONNECTIONS = 8
const LONG_CONNECTIONS = 2

/** The configured database, or the embedded one in `dataDir`. Throws `StartError`. */
export async function openStore<DB>({ databaseUrl, dataDir, log }: Options): Promise<Store<DB>> {
  const opened = new AsyncDisposableStack()
  const url = databaseUrl ?? (await openEmbedded(opened, dataDir, log))
  try {
    await bringUpToDate(url, log)
    const pools: Pool[] = []
    const connect = (kind: PoolKind, max: number): Kysely<DB> => {
      const pool = openPool(url, { max, kind, log })
      pools.push(pool)
      opened.defer(() => pool.end())
      return openDatabase<DB>(pool)
    }
    const web = connect('web', WEB_CONNECTIONS)
    const work = connect('work', WORK_CONNECTIONS)
    const long = connect('long', LONG_CONNECTIONS)
    return { url, web, work, long, connections: () => countAll(pools), close: () => opened.disposeAsync() }
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

function countAll(pools: readonly Pool[]): { busy: number; open: number; waiting: number } {
  const sum = (count: (pool: Pool) => number): number => pools.reduce((all, pool) => all + count(pool), 0)
  return {
    open: sum(({ totalCount }) => totalCount),
    busy: sum(({ totalCount, idleCount }) => totalCount - idleCount),
    waiting: sum(({ waitingCount }) => waitingCount),
  }
}

// Only the program that holds the folder stops the server in it: a refused one has adopted what another one uses.
async function openEmbedded(opened: AsyncDisposableStack, dataDir: string, log: Log): Promise<string> {
  const embedded = await startEmbedded(dataDir, { log })
  const owner = await claimFolder({ url: embedded.url, dataDir })
  opened.defer(() => embedded.stop())
  opened.defer(() => owner.release())
  return embedded.url
}

async function bringUpToDate(url: string, log: Log): Promise<void> {
  const pool = openPool(url, { max: 2, kind: 'migrate', log })
  try {
    await checkDatabase(pool, url)
    const done = await migrate(openDatabase(pool))
    if (done.length > 0) log.debug({ migrations: done }, 'the database is up to date')
  } finally {
    await pool.end()
  }
}
