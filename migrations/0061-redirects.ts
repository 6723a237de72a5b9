import { type Kysely, sql } from 'kysely'

/**
 * A polite way back to how things go, kept beside greeting and closing words (REGULATION row 60); and a second person is
 * reminded that a ban or an appeal waits for them (row 61).
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table canned_replies drop constraint if exists canned_replies_kind_check`.execute(db)
  await sql`
    alter table canned_replies add constraint canned_replies_kind
      check (kind in ('reply', 'greeting', 'closing', 'redirect')) not valid`.execute(db)
  await sql`alter table canned_replies validate constraint canned_replies_kind`.execute(db)
  await sql`alter table reminders drop constraint if exists reminders_kind_check`.execute(db)
  await sql`alter table reminders drop constraint if exists reminders_part_check`.execute(db)
  await sql`
    alter table reminders
      add constraint reminders_kind check (kind in (
        'promise_soon', 'promise_broken', 'follow_up', 'unaccepted', 'ban_proposed', 'ban_appealed')) not valid,
      add constraint reminders_part check (part in ('owner', 'handler', 'head', 'second')) not valid`.execute(db)
  await sql`alter table reminders validate constraint reminders_kind`.execute(db)
  await sql`alter table reminders validate constraint reminders_part`.execute(db)
}
