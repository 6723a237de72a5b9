import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import { openDatabase, openPool, withDatabase } from '../../server/platform/database.ts'
import { RELAY_LOCK } from '../../server/platform/outbox.ts'
import type { Database } from '../../server/schema.ts'

type Clone = { readonly url: string; readonly db: Kysely<Database>; readonly emptied: string }
// On globalThis: the files of one worker share the process, but each may load this module anew.
const kept = globalThis as { nightdeskClone?: Promise<Clone> }

/** This worker's own database, migrated; empty at the start of each test of the file that asks for it. */
export function testDatabase(): { readonly db: Kysely<Database>; readonly url: string } {
  let clone: Clone | undefined
  beforeAll(async () => {
    kept.nightdeskClone ??= makeClone(`w${process.env.VITEST_POOL_ID}_${process.pid}`)
    clone = await kept.nightdeskClone
  })
  beforeEach(async () => {
    if (clone) await empty(clone)
  })
  const ready = (): Clone => {
    if (!clone) throw new Error('the test database exists inside tests and hooks only')
    return clone
  }
  return {
    get db() {
      return ready().db
    },
    get url() {
      return ready().url
    },
  }
}

const DEADLOCK = '40P01'

// A relay that still works on the test before may hold a row the other way round; it then goes first.
async function empty(clone: Clone): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await sql.raw(clone.emptied).execute(clone.db)
      return
    } catch (error) {
      if ((error as { code?: string }).code !== DEADLOCK || attempt === 5) throw error
    }
  }
}

/** A database for this file alone, for programs that are started on it; `url` is known inside tests and hooks. */
export function ownDatabase(name: string): { readonly url: string } {
  const database = `${name}_${process.pid}`
  const url = withDatabase(inject('databaseUrl'), database)
  beforeAll(() => administer(`create database ${database} template nightdesk_template`))
  afterAll(() => administer(`drop database ${database} with (force)`))
  return { url }
}

async function makeClone(name: string): Promise<Clone> {
  await administer(`create database ${name} template nightdesk_template`)
  const url = withDatabase(inject('databaseUrl'), name)
  // A statement is not ended after five seconds: a busy machine is no failure.
  const db = openDatabase<Database>(openPool(url, { max: 10, kind: 'long' }))
  return { url, db, emptied: emptying(await filledByTests(db)) }
}

/** Runs one statement where no test is connected. */
export async function administer(statement: string): Promise<void> {
  const admin = new pg.Client(inject('databaseUrl'))
  await admin.connect()
  try {
    await admin.query(statement)
  } finally {
    await admin.end()
  }
}

/** Tables that the migrations leave empty; what they fill themselves stays. */
async function filledByTests(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables()
  const names = tables.filter(({ schema, isView }) => schema === 'public' && !isView).map(({ name }) => name)
  const counts = names.map((name) =>
    sql<{ any: boolean }>`select exists (select from ${sql.table(name)}) as any`.execute(db),
  )
  const filled = await Promise.all(counts)
  return names.filter((_, at) => !filled[at]?.rows[0]?.any)
}

// A relay that still seals what the test before said would seal it into the emptied chain, so it ends first.
// As a replica neither foreign keys nor the guard of the event log are asked; deleting few rows is faster than truncating.
// Twice: a reaction to the test before that was still writing is waited for at the rows that it refers to, and what it wrote
// in tables that were emptied by then goes with the second round.
const emptying = (tables: readonly string[]): string => {
  const round = tables.map((name) => `delete from "${name}";`).join(' ')
  return `select pg_advisory_xact_lock(${RELAY_LOCK}); set local session_replication_role = replica; ${round} ${round}`
}
