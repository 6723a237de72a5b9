import { type Kysely, sql } from 'kysely'

/** An index is built while people write; it may be repeated. */
export const concurrent = true

/** What one person has had, the newest first: their tickets of the night. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`drop index concurrently if exists assignments_of_staff`.execute(db)
  await sql`create index concurrently assignments_of_staff on assignments (staff_id, opened_at)`.execute(db)
}
