import { type Kysely, sql } from 'kysely'

/** What became of a rating once it was given: contested, settled by a second person, left out with a reason. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table rating_contests (
      id bigint generated always as identity primary key,
      rating_id bigint not null references ratings,
      staff_id bigint not null references staff,
      ground text not null,
      words text not null,
      contested_at timestamptz not null,
      state text not null check (state in ('open', 'counted', 'excluded', 'withdrawn')),
      decided_by bigint references staff,
      decided_at timestamptz,
      why text not null default '',
      version integer not null default 1,
      constraint rating_contests_once unique (rating_id, staff_id),
      constraint rating_contests_by_another check (decided_by is null or (decided_by = staff_id) = (state = 'withdrawn')),
      constraint rating_contests_decided_have_a_name check (state = 'open' or (decided_by is not null and decided_at is not null))
    )`.execute(db)
  await sql`create index rating_contests_open on rating_contests (contested_at, id) where state = 'open'`.execute(db)
  await sql`create index rating_contests_of_staff on rating_contests (staff_id, contested_at desc)`.execute(db)
  await sql`
    create table rating_exclusions (
      id bigint generated always as identity primary key,
      rating_id bigint not null references ratings,
      reason text not null,
      why text not null,
      contest_id bigint references rating_contests,
      excluded_by bigint not null references staff,
      excluded_at timestamptz not null,
      lifted_by bigint references staff,
      lifted_at timestamptz,
      lifted_why text not null default '',
      constraint rating_exclusions_lifted_have_a_name check ((lifted_at is null) = (lifted_by is null))
    )`.execute(db)
  await sql`create unique index rating_exclusions_once on rating_exclusions (rating_id) where lifted_at is null`.execute(
    db,
  )
  await sql`create index ratings_given_at on ratings (given_at, id) where state = 'given'`.execute(db)
  await sql`create index ratings_asked_at on ratings (asked_at, id) where state <> 'withdrawn'`.execute(db)
}
