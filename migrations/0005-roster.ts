import { type Kysely, sql } from 'kysely'

/** Shifts are instants, never weekday tables. Overlap per person and a second duty manager are refused by the table itself. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table shifts (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      post text not null check (post in ('service', 'technician', 'guard', 'manager')),
      during tstzrange not null constraint shifts_have_an_end check (not isempty(during) and not lower_inf(during) and not upper_inf(during)),
      starts_at timestamptz generated always as (lower(during)) stored,
      ends_at timestamptz generated always as (upper(during)) stored,
      night date not null,
      kind text not null check (kind in ('night', 'day')),
      created_at timestamptz not null,
      constraint shifts_no_overlap exclude using gist (staff_id with =, during with &&),
      constraint shifts_one_manager exclude using gist (during with &&) where (post = 'manager')
    )`.execute(db)
  await sql`create index shifts_by_night on shifts (night)`.execute(db)
  await sql`create index shifts_during on shifts using gist (during)`.execute(db)
}
