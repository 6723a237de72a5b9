import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    alter table canned_replies
      add column kind text not null default 'reply' check (kind in ('reply', 'greeting', 'closing')),
      add column owner_id bigint references staff,
      add column category_id bigint references categories,
      add column draft integer not null default 1,
      add column saved_at timestamptz not null default now(),
      add column saved_by bigint references staff,
      drop constraint canned_replies_shortcut_once`.execute(db)
  // One of the team and one of one's own may share a shortcut: one's own stands first.
  await sql`
    create unique index canned_replies_shortcut_once on canned_replies (coalesce(owner_id, 0), lower(shortcut)) where active`.execute(
    db,
  )
}
