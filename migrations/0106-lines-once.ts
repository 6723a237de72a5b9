import { type Kysely, sql } from 'kysely'

/** A line that is added by two presses of one button is one. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`create unique index phone_lines_name_once on phone_lines (name, number) where removed_at is null`.execute(
    db,
  )
}
