import { type ColumnType, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { PreparingClient } from './connection.ts'
import type { Log } from './log.ts'
import { StartError } from './start-error.ts'

/** A tstzrange as PostgreSQL writes it, `["2026-11-23 14:00:00+00","2026-11-23 22:00:00+00")`. */
export type TstzRange = ColumnType<string, string, string>

/** Pages and the ticker must answer soon; reactions and jobs are as short but must not starve them; long work and migrations may take their time. */
export type PoolKind = 'web' | 'work' | 'long' | 'migrate'
type Options = { readonly max: number; readonly kind: PoolKind; readonly log?: Log }

const SHORT = { statement_timeout: 5000, idle_in_transaction_session_timeout: 10_000 }
/** Whoever waits for a page is told soon; a process that starts on a busy machine waits. */
const CONNECTED_WITHIN_MILLISECONDS = { web: 2000, work: 2000, long: 10_000, migrate: 10_000 } as const
const PATIENT = { idle_in_transaction_session_timeout: 600_000 }
const LIMITS = { web: SHORT, work: SHORT, long: PATIENT, migrate: PATIENT } as const
/** A migration that a crash takes away has taken its note along and is run again: it waits for no disk, a new house opens sooner. */
const ON_TOP = { web: '', work: '', long: '', migrate: ' -c synchronous_commit=off' } as const

/** A connection that has just been opened answers slowly: it has to learn every table anew. */
const IDLE_MILLISECONDS = 300_000

const DATE = 1082
// A `date` is a day of the calendar, not an instant: pg would make it midnight in the zone of this machine.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === DATE ? (text: string) => text : pg.types.getTypeParser(oid, format as 'text'),
}

/** Connections that survive the death of the server: without the listeners one lost connection ends the program (RELIABILITY 12). */
export function openPool(url: string, { max, kind, log }: Options): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    Client: PreparingClient,
    // Statements of one connection go out without waiting for the answer to the one before.
    pipeline: true,
    connectionTimeoutMillis: CONNECTED_WITHIN_MILLISECONDS[kind],
    idleTimeoutMillis: IDLE_MILLISECONDS,
    keepAlive: true,
    application_name: `nightdesk ${kind}`,
    // Ranges are read as text, so the zone they are written in must not depend on the server.
    options: `-c TimeZone=UTC${ON_TOP[kind]}`,
    types,
    ...LIMITS[kind],
  })
  const lost = (error: Error): void => {
    // Whoever ends the pool has said goodbye to the server, which may close the line before it reads that.
    if (!pool.ending) log?.warn({ kind, reason: error.message }, 'a database connection was lost')
  }
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  return pool
}

export const openDatabase = <DB>(pool: pg.Pool): Kysely<DB> =>
  new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })

/** The same connection string with another database in it. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

/**
 * Refuses what cannot be worked with: a database that does not answer, and one that would not find a Chinese word
 * (in a plain C locale pg_trgm sees no letters beyond ASCII).
 */
export async function checkDatabase(pool: pg.Pool, url: string): Promise<void> {
  const { encoding, ctype } = await readLocale(pool, url)
  if (encoding === 'UTF8' && /utf-?8/i.test(ctype)) return
  throw new StartError(
    `The database ${placeOf(url)} (DATABASE_URL) has encoding ${encoding} and ctype ${ctype}, which cannot search Chinese text: make it anew with "create database … template template0 encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C.UTF-8'".`,
  )
}

const STARTING_UP = '57P03'
const WAITS = 40

async function readLocale(pool: pg.Pool, url: string): Promise<{ encoding: string; ctype: string }> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { rows } = await pool.query<{ encoding: string; ctype: string }>(
        'select pg_encoding_to_char(encoding) as encoding, datctype as ctype from pg_database where datname = current_database()',
      )
      const [row] = rows
      if (row) return row
      throw new Error('pg_database has no row of the current database')
    } catch (error) {
      const code = (error as { code?: string }).code
      if (code !== STARTING_UP || attempt === WAITS)
        throw new StartError(
          `The database ${placeOf(url)} (DATABASE_URL) cannot be used (${reasonOf(error)}): start it, or correct DATABASE_URL.`,
        )
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}

/** Host, port and name, without the password. */
const placeOf = (url: string): string => {
  const { host, pathname } = new URL(url)
  return host + pathname
}

// A host with several addresses fails with an AggregateError that has no message of its own.
const reasonOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string }
  return (message || code || String(error)).replace(/\s*\n\s*/g, ' ')
}
