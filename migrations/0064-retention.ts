import { type Kysely, sql } from 'kysely'

/** One row a day: what was erased because its time was over. Conversations by when they ended, for whoever looks for old ones. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table retention_runs (
      day date primary key,
      at timestamptz not null,
      counts jsonb not null
    )`.execute(db)
  await sql`create index tickets_to_erase on tickets (coalesce(closed_at, last_message_at))
    where erased_at is null and state in ('closed', 'merged', 'spam')`.execute(db)
  await sql`create index messages_files_by_time on messages (at) where code = 'file'`.execute(db)
}
