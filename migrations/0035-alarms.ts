import { type Kysely, sql } from 'kysely'

/** Each pass of the offers asks what rings about a ticket: without an index that reads every alarm of every night. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`create index alarms_of_ticket on alarms (ticket_id) where ticket_id is not null`.execute(db)
}
