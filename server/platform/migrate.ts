import fs from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Kysely, sql } from 'kysely'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import { StartError } from './start-error.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../migrations')
const BUSY = '55P03' // lock_not_available
const ATTEMPTS = 30

/**
 * One file of migrations/: frozen in time, imports only kysely. It runs in a transaction of its own, so it happens whole
 * or not at all; one that builds indexes concurrently says `export const concurrent = true`, runs without a transaction
 * and must be repeatable.
 */
type Module = Migration & { readonly concurrent?: boolean }

/**
 * Brings the database up to date and returns the names of what was done; one process at a time. Needs a pool of kind
 * `migrate` or `long`. `upTo` stops after that migration, for a backup that was made then.
 */
export async function migrate<DB>(db: Kysely<DB>, upTo?: string): Promise<string[]> {
  const migrator = migratorOf(db)
  const { error, results = [] } = await (upTo ? migrator.migrateTo(upTo) : migrator.migrateToLatest())
  if (error) throw explained(error)
  return results.map(({ migrationName }) => migrationName)
}

/** Names of migrations that this database still lacks; empty where it is ready for this version. */
export async function pendingMigrations<DB>(db: Kysely<DB>): Promise<string[]> {
  const all = await migratorOf(db).getMigrations()
  return all.filter(({ executedAt }) => !executedAt).map(({ name }) => name)
}

/** Names of all migrations that this checkout knows, in their order. */
export const knownMigrations = async (): Promise<string[]> => Object.keys(await provider.getMigrations()).sort()

// Kysely would run all that is pending in one transaction, and hold every lock of the first until the last is done.
const migratorOf = <DB>(db: Kysely<DB>): Migrator => new Migrator({ db, provider, disableTransactions: true })

const provider: MigrationProvider = {
  getMigrations: async () => {
    const files = (await fs.readdir(FOLDER)).filter((file) => file.endsWith('.ts')).sort()
    const modules = files.map(async (file) => {
      const module = (await import(pathToFileURL(path.join(FOLDER, file)).href)) as Module
      return [path.basename(file, '.ts'), module.concurrent ? module : { up: patient(module.up) }] as const
    })
    return Object.fromEntries(await Promise.all(modules))
  },
}

/**
 * In a transaction that waits at most half a second for a table: a waiting ALTER TABLE holds back every later reader of
 * that table (measured: 5.0 s behind one open transaction), so it gives way and tries again.
 */
const patient =
  (up: Migration['up']): Migration['up'] =>
  async (db) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await inTransaction(db, up)
      } catch (error) {
        if ((error as { code?: string }).code !== BUSY || attempt === ATTEMPTS) throw error
        await new Promise((resolve) => setTimeout(resolve, 100 * Math.min(attempt, 10)))
      }
    }
  }

const inTransaction = (db: Parameters<Migration['up']>[0], up: Migration['up']): Promise<void> =>
  db.transaction().execute(async (trx) => {
    await sql`set local lock_timeout = '500ms'`.execute(trx)
    await up(trx)
  })

// Kysely's own words where the database knows a migration that this checkout does not.
const explained = (error: unknown): unknown => {
  const missing = /previously executed migration (\S+) is missing/.exec(String(error))
  return missing
    ? new StartError(
        `The database was made by a newer Nightdesk (it has migration ${missing[1]}): start that version, or restore the backup from before it.`,
      )
    : error
}
