import pg from 'pg'
import { type Cluster, openCluster, USER } from './cluster.ts'
import { withDatabase } from './database.ts'
import type { Log } from './log.ts'
import { isOurs, type Postmaster, runPostmaster, stopPostmaster } from './postmaster.ts'

/** PostgreSQL inside the program: found or made in a folder, adopted or started, kept alive, stopped with us. */
export type Embedded = {
  /** Connection string of the product's database; stays the same while the program runs. */
  readonly url: string
  readonly how: Postmaster['how']
  readonly stop: () => Promise<void>
}
/** `flags` go to the server as they are, such as `['-c', 'fsync=off']`. */
type Options = { readonly flags?: readonly string[]; readonly log?: Log }

const DATABASE = 'nightdesk'
const ATTEMPTS = 3
const WATCH_EVERY_MILLISECONDS = 250

/** Ready for queries when it returns. Throws `StartError` where a person must do something. */
export async function startEmbedded(dataDir: string, options: Options = {}): Promise<Embedded> {
  const cluster = await openCluster(dataDir)
  let started: number | undefined
  for (let attempt = 1; ; attempt++) {
    const postmaster = await runPostmaster(cluster, options.flags ?? [])
    if (postmaster.how === 'started') started = postmaster.pid
    const how = postmaster.pid === started ? 'started' : 'adopted'
    const url = `postgres://${USER}:${cluster.secret}@127.0.0.1:${postmaster.port}/${DATABASE}`
    try {
      await makeDatabase(url)
      return { url, how, stop: keepAlive(cluster, postmaster, options) }
    } catch (error) {
      if (attempt === ATTEMPTS) throw error // once may be bad luck: we adopted it while its last program stopped it
      options.log?.warn(
        { pid: postmaster.pid, reason: String(error) },
        'PostgreSQL has not answered and is asked again',
      )
    }
  }
}

/** Starts the server again if it dies while the program runs; clients find it on the same port. Returns how to end both. */
function keepAlive(cluster: Cluster, first: Postmaster, { flags = [], log }: Options): () => Promise<void> {
  let postmaster = first
  let starting: Promise<void> | undefined
  const startAgain = async (): Promise<void> => {
    log?.error({ pid: postmaster.pid }, 'PostgreSQL has died and is started again')
    try {
      postmaster = await runPostmaster(cluster, flags)
    } catch (error) {
      log?.error({ reason: String(error) }, 'PostgreSQL does not start again')
    }
    starting = undefined
  }
  const timer = setInterval(() => {
    if (!starting && !isOurs(postmaster.pid, cluster.dir)) starting = startAgain()
  }, WATCH_EVERY_MILLISECONDS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await starting
    await stopPostmaster(postmaster, cluster)
  }
}

const MAKING = 0x6e64

// One start at a time: two that copy template0 at once refuse each other in three different ways.
// From template0 and with the locale said again: in a plain C ctype pg_trgm finds no Chinese letter.
async function makeDatabase(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: withDatabase(url, 'postgres'), connectionTimeoutMillis: 10_000 })
  admin.on('error', () => undefined) // the query that follows fails and says so; unheard it would end the program
  await admin.connect()
  try {
    await admin.query('select pg_advisory_lock($1)', [MAKING])
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0)
      await admin.query(
        `create database ${DATABASE} template template0 encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C.UTF-8'`,
      )
  } finally {
    await admin.end()
  }
}
