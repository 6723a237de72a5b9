import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table articles (
      id bigint generated always as identity primary key,
      category_id bigint references categories,
      position integer not null default 0,
      state text not null default 'draft' check (state in ('draft', 'published', 'withdrawn')),
      title jsonb not null,
      body jsonb not null,
      draft integer not null default 1,
      published_draft integer,
      version integer,
      saved_at timestamptz not null,
      saved_by bigint references staff,
      state_since timestamptz not null
    )`.execute(db)
  await sql`create index articles_by_state on articles (state, position, id)`.execute(db)
  await sql`
    create table article_versions (
      article_id bigint not null references articles,
      version integer not null,
      category_id bigint references categories,
      title jsonb not null,
      body jsonb not null,
      published_at timestamptz not null,
      published_by bigint references staff,
      primary key (article_id, version)
    )`.execute(db)
  await sql`
    create table article_votes (
      article_id bigint not null references articles,
      visitor_id bigint not null references visitors,
      helpful boolean not null,
      word text not null,
      at timestamptz not null,
      primary key (article_id, visitor_id)
    )`.execute(db)
}
