import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table customers (
      id bigint generated always as identity primary key,
      name text not null,
      language text not null,
      created_at timestamptz not null
    )`.execute(db)
  await sql`
    create table contacts (
      id bigint generated always as identity primary key,
      customer_id bigint not null references customers,
      kind text not null check (kind in ('phone', 'email')),
      value text not null,
      verified_at timestamptz,
      created_at timestamptz not null,
      constraint contacts_once_a_customer unique (customer_id, kind, value)
    )`.execute(db)
  await sql`create index contacts_by_value on contacts (value text_pattern_ops)`.execute(db)
  await sql`
    create table visitors (
      id bigint generated always as identity primary key,
      token_hash bytea not null constraint visitors_token_once unique,
      customer_id bigint references customers,
      language text not null,
      terms_version integer,
      terms_accepted_at timestamptz,
      created_at timestamptz not null,
      seen_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db)
}
