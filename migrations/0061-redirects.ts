import { type Kysely, sql } from 'kysely'

/** A polite way back to how things go, kept beside greeting and closing words (REGULATION row 60). */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table canned_replies drop constraint if exists canned_replies_kind_check`.execute(db)
  await sql`
    alter table canned_replies add constraint canned_replies_kind
      check (kind in ('reply', 'greeting', 'closing', 'redirect')) not valid`.execute(db)
  await sql`alter table canned_replies validate constraint canned_replies_kind`.execute(db)
}
