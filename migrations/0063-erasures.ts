import { type Kysely, sql } from 'kysely'

/** What was handed out about a customer, and what was erased: by whom, when, why, how much. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table customer_exports (
      id bigint generated always as identity primary key,
      customer_id bigint not null references customers,
      staff_id bigint not null references staff,
      words text not null,
      at timestamptz not null,
      rows integer not null,
      files integer not null
    )`.execute(db)
  await sql`create index customer_exports_of_customer on customer_exports (customer_id)`.execute(db)
  await sql`
    create table erasures (
      id bigint generated always as identity primary key,
      customer_id bigint not null references customers,
      state text not null check (state in ('asked', 'done', 'withdrawn')),
      reason text not null check (reason in ('their_wish', 'law', 'mistake', 'other', 'retention')),
      words text not null,
      asked_at timestamptz not null,
      asked_by bigint references staff,
      ended_at timestamptz,
      ended_by bigint references staff,
      tickets integer,
      rows integer,
      files integer,
      counts jsonb,
      constraint erasures_end check ((state = 'asked') = (ended_at is null))
    )`.execute(db)
  await sql`create unique index erasures_one_asked on erasures (customer_id) where state = 'asked'`.execute(db)
  await sql`create index erasures_of_customer on erasures (customer_id)`.execute(db)
}
