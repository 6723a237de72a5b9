import { type Kysely, sql } from 'kysely'

/** Who changed what of the company's settings, for good; and where the chain of events stood each hour. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table setting_changes (
      id bigint generated always as identity primary key,
      subject text not null,
      old jsonb,
      new jsonb,
      changed_by bigint references staff,
      changed_at timestamptz not null
    )`.execute(db)
  await sql`create index setting_changes_of_subject on setting_changes (subject, id desc)`.execute(db)
  await sql`
    create function refuse_change_of_setting_changes() returns trigger language plpgsql as $$
    begin
      raise exception 'setting_changes are insert-only' using errcode = 'restrict_violation';
    end $$`.execute(db)
  await sql`
    create trigger setting_changes_are_insert_only before update or delete or truncate on setting_changes
    for each statement execute function refuse_change_of_setting_changes()`.execute(db)
  await sql`
    alter table allowed_sites
      add column id bigint generated always as identity constraint allowed_sites_id_once unique,
      add column added_by bigint references staff`.execute(db)
  await sql`alter table customer_terms add column published_by bigint references staff`.execute(db)
  await sql`
    create table chain_anchors (
      n bigint primary key,
      hash bytea not null,
      at timestamptz not null
    )`.execute(db)
}
