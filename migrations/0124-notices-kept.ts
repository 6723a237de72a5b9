import { type Kysely, sql } from 'kysely'

/** Notices, what became of their deliveries, and reminders go after their days: what names a notice is found quickly. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`create index notice_people_covered on notice_people (covered_by) where covered_by is not null`.execute(db)
  await sql`create index notices_by_time on notices (last_at)`.execute(db)
  await sql`create index reminders_by_time on reminders (made_at)`.execute(db)
}
