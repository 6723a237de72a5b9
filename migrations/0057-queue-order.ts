import { type Kysely, sql } from 'kysely'

/** Indexes are built while people write; every step may be repeated. */
export const concurrent = true

/** One order of the queue for lists, places and offers: what jumped the line, then the clock that runs out soonest, then who came first. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`drop index concurrently if exists tickets_queue_order`.execute(db)
  await sql`
    create index concurrently tickets_queue_order
    on tickets ((not head), (coalesce(answer_due_at, 'infinity'::timestamptz)), place_at, id) where state = 'queued'`.execute(
    db,
  )
  await sql`drop index concurrently if exists tickets_queue`.execute(db)
}
