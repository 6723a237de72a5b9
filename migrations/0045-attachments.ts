import { type Kysely, sql } from 'kysely'

/** Files on their way into a conversation: a message with code `file` names them, and its row here is gone then. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`create table incoming_files (file_id text primary key, at timestamptz not null)`.execute(db)
  await sql`create index incoming_files_by_time on incoming_files (at)`.execute(db)
  await sql`create index messages_with_file on messages (ticket_id) where code = 'file'`.execute(db)
}
