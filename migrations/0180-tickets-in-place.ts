import { type Kysely, sql } from 'kysely'

/**
 * Each message changes the row of its ticket. What it changes stood in three indexes, so that each message wrote anew into
 * all fourteen; now it stands in none, and the row is changed in its place. `queue_at` is the part of the queue's order
 * that a clock decides: it is there only while a ticket waits, and so stands still while people talk.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    alter table tickets set (fillfactor = 85),
      add column queue_at timestamptz generated always as (
        case when state = 'queued' then coalesce(answer_due_at, 'infinity'::timestamptz) end) stored`.execute(db)
  await sql`drop index tickets_queue_order, tickets_due, tickets_to_erase`.execute(db)
  await sql`create index tickets_queue_order on tickets ((not head), queue_at, place_at, id) where state = 'queued'`.execute(
    db,
  )
  await sql`
    create index tickets_to_erase on tickets (closed_at)
    where erased_at is null and state in ('closed', 'merged', 'spam')`.execute(db)
}
