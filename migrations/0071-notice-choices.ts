import { type Kysely, sql } from 'kysely'

/** Which channels a person wants for which kind of notice, and the browsers that may be pushed to. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table notice_choices (
      staff_id bigint not null references staff,
      kind text not null,
      channels text[] not null,
      chosen_at timestamptz not null,
      constraint notice_choices_pkey primary key (staff_id, kind)
    )`.execute(db)
  await sql`
    create table push_devices (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      endpoint text not null,
      p256dh text not null,
      auth text not null,
      browser text,
      language text not null,
      made_at timestamptz not null,
      gone_at timestamptz,
      gone_why text
    )`.execute(db)
  await sql`create unique index push_devices_endpoint on push_devices (endpoint) where gone_at is null`.execute(db)
  await sql`create index push_devices_of_staff on push_devices (staff_id) where gone_at is null`.execute(db)
}
