import { type Kysely, sql } from 'kysely'

/**
 * A word locks its ticket without its key: rows that only refer to the ticket (offers, letters, alarms, clocks) are
 * written beside it. With the stronger lock each of them waited for the word, and the word for each of them.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const { rows } = await sql<{ source: string }>`
    select pg_get_functiondef(oid) as source from pg_proc where proname = 'post_message'`.execute(db)
  const [{ source } = { source: '' }] = rows
  const lighter = source.replace('tickets.id = p_ticket for update;', 'tickets.id = p_ticket for no key update;')
  if (rows.length !== 1 || lighter === source) throw new Error('post_message is not the one that 0067 wrote')
  await sql.raw(lighter).execute(db)
}
