import { type Kysely, sql } from 'kysely'

/**
 * A result that comes back to personnel after their stage has days of its own; once these are over the group takes their place,
 * and is told once.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table appraisals add column review_due_at timestamptz, add column review_told_at timestamptz`.execute(
    db,
  )
  await sql`
    create index appraisals_review_due on appraisals (review_due_at)
    where review_due_at is not null and review_told_at is null`.execute(db)
}
