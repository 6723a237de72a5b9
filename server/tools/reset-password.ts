// `npm run reset-password -- <login>`: prints a link by which that person chooses a new password, once, within an hour (an
// invitation: seven days). For whoever may read the database anyhow; beside the running program as well as without it.
import { makeKeyFor } from '../accounts/invitations/actions.ts'
import { keyUrl } from '../accounts/invitations/letters.ts'
import { readConfig } from '../config.ts'
import { NotFound } from '../kernel/refusal.ts'
import { system } from '../platform/actor.ts'
import { systemClock } from '../platform/clock.ts'
import { openDatabase, openPool } from '../platform/database.ts'
import { startEmbedded } from '../platform/embedded.ts'
import { openLog } from '../platform/log.ts'
import { StartError } from '../platform/start-error.ts'
import { buildTransact, codeOf } from '../platform/transaction.ts'
import type { Database } from '../schema.ts'

/** A database that the program has never been started on. */
const UNDEFINED_TABLE = '42P01'

const [login] = process.argv.slice(2)
try {
  if (!login) throw new StartError('Say whose: npm run reset-password -- <login>')
  const { databaseUrl, dataDir, publicUrl } = readConfig()
  // Adopts the database of a running program and leaves it running; one that it starts itself it stops again.
  const embedded = databaseUrl ? undefined : await startEmbedded(dataDir)
  const pool = openPool(databaseUrl ?? embedded?.url ?? '', { max: 1, kind: 'work', log: openLog('warn') })
  try {
    const db = openDatabase<Database>(pool)
    const transact = buildTransact<Database>({ db, clock: systemClock, onCommit: () => undefined })
    const key = await transact(system, (tx) => makeKeyFor(tx, login))
    console.log(`${keyUrl(publicUrl, key)}\nWorks once, until ${key.expiresAt.toISOString()}.`)
  } catch (error) {
    const nobody = error instanceof NotFound || codeOf(error) === UNDEFINED_TABLE
    throw nobody ? new StartError(`Nobody who works here signs in with "${login}".`) : error
  } finally {
    await pool.end()
    if (embedded?.how === 'started') await embedded.stop()
  }
  process.exit(0)
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exit(1)
}
