import { Hono } from 'hono'
import { sql } from 'kysely'
import { knownMigrations } from '../platform/migrate.ts'
import type { Deps } from './deps.ts'
import type { Env } from './env.ts'

/**
 * /healthz is the event loop alone; /readyz is a write to the database by this program's own tables, with every migration
 * that this version knows (RELIABILITY 18).
 */
export const healthRoutes = ({ db, log }: Deps) =>
  new Hono<Env>()
    .get('/healthz', (c) => c.text('ok'))
    .get('/readyz', async (c) => {
      try {
        const missing = await missingAfterWrite(db)
        if (missing.length === 0) return c.text('ready')
        log.warn({ missing }, 'not ready')
        return c.text(`not ready: the database lacks ${missing.join(', ')}`, 503)
      } catch (error) {
        log.warn({ reason: String(error) }, 'not ready')
        return c.text('not ready', 503)
      }
    })

async function missingAfterWrite(db: Deps['db']): Promise<string[]> {
  const known = await migrations()
  const { rows } = await sql<{ done: string[] }>`
    insert into secrets (name, value) values ('ready', '') on conflict (name) do update set value = excluded.value
    returning array(select name from kysely_migration)::text[] as done`.execute(db)
  const done = new Set(rows[0]?.done)
  return known.filter((name) => !done.has(name))
}

/** The folder does not change while a program runs. */
let known: Promise<string[]> | undefined
const migrations = (): Promise<string[]> => {
  known ??= knownMigrations()
  return known
}
