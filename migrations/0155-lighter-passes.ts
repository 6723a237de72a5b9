import { type Kysely, sql } from 'kysely'

/**
 * The relay asked the whole chain of each event whether it is in it; only what a pass left behind can be, and its row
 * says so now. What was offered lately is found by its time: a queue of thousands was gone through for it.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table outbox add column chained boolean not null default false`.execute(db)
  await sql`update outbox o set chained = true where exists (select from event_chain c where c.event_id = o.event_id)`.execute(
    db,
  )
  await sql`create index offers_lately on offers (made_at)`.execute(db)
}
