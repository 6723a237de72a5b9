import { type Kysely, sql } from 'kysely'

/** What a customer's own letter calls itself, so that our answers stand in its thread in their mail program. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table incoming_mails add column message_id text`.execute(db)
}
