import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table settings (
      key text primary key,
      value jsonb not null,
      changed_by bigint,
      changed_at timestamptz not null
    )`.execute(db)
  await sql`
    create table categories (
      id bigint generated always as identity primary key,
      code text not null constraint categories_code_once unique,
      parent_id bigint references categories,
      name jsonb not null,
      skill text,
      position integer not null default 0,
      active boolean not null default true
    )`.execute(db)
  await sql`create table allowed_sites (origin text primary key, added_at timestamptz not null)`.execute(db)
  await sql`
    create table customer_terms (
      version integer primary key,
      body jsonb not null,
      published_at timestamptz not null
    )`.execute(db)
  await sql`
    create table canned_replies (
      id bigint generated always as identity primary key,
      shortcut text not null constraint canned_replies_shortcut_once unique,
      title jsonb not null,
      body jsonb not null,
      active boolean not null default true
    )`.execute(db)
}
