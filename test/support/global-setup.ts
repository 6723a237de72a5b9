import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase, openPool, withDatabase } from '../../server/platform/database.ts'
import { startEmbedded } from '../../server/platform/embedded.ts'
import { migrate } from '../../server/platform/migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Server of this run; its database `nightdesk_template` is migrated and empty. */
    databaseUrl: string
  }
}

export const TEMPLATE = 'nightdesk_template'
// A test database need not survive a power cut.
const FLAGS = ['fsync=off', 'full_page_writes=off', 'max_connections=300', 'autovacuum_naptime=60s'].flatMap(
  (setting) => ['-c', setting],
)

/** One PostgreSQL a run, in a folder of its own, with the template that every worker clones. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-test-'))
  const embedded = await startEmbedded(folder, { flags: FLAGS })
  await makeTemplate(embedded.url)
  project.provide('databaseUrl', embedded.url)
  return async () => {
    await embedded.stop()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function makeTemplate(url: string): Promise<void> {
  const admin = new pg.Client(url)
  await admin.connect()
  await admin.query(`create database ${TEMPLATE} template nightdesk`)
  await admin.end()
  // Nobody may be connected to a template while it is cloned, so the pool ends here.
  const pool = openPool(withDatabase(url, TEMPLATE), { max: 2, kind: 'long' })
  await migrate(openDatabase(pool))
  await pool.end()
}
