import { Hono } from 'hono'
import { sql } from 'kysely'
import type { Deps } from './deps.ts'
import type { Env } from './env.ts'

/** /healthz is the event loop alone; /readyz is a write to the database by this program's own tables (RELIABILITY 18). */
export const healthRoutes = ({ db, log }: Deps) =>
  new Hono<Env>()
    .get('/healthz', (c) => c.text('ok'))
    .get('/readyz', async (c) => {
      try {
        await sql`insert into secrets (name, value) values ('ready', '') on conflict (name) do update set value = excluded.value`.execute(
          db,
        )
        return c.text('ready')
      } catch (error) {
        log.warn({ reason: String(error) }, 'not ready')
        return c.text('not ready', 503)
      }
    })
