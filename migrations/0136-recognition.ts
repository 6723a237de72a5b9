import { type Kysely, sql } from 'kysely'

/** The right to be commended (REGULATION row 54): nominations, what customers said in praise, and who wants to stand on the wall. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table commendations (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      source text not null constraint commendations_source check (source in ('colleague', 'customers', 'appraisal')),
      state text not null constraint commendations_state check (state in
        ('nominated', 'reviewed', 'granted', 'declined', 'withdrawn', 'executed')),
      nominated_by bigint references staff,
      nominated_at timestamptz not null,
      words text not null,
      links text[] not null,
      finding text constraint commendations_finding check (finding in ('holds', 'partly', 'fails')),
      check_words text not null default '',
      checked_by bigint references staff,
      checked_at timestamptz,
      decision text not null default '',
      reward text not null default '',
      decided_by bigint references staff,
      decided_at timestamptz,
      executed_by bigint references staff,
      executed_at timestamptz,
      hidden_at timestamptz,
      told_at timestamptz,
      version integer not null default 1,
      constraint commendations_by_others check (
        nominated_by is distinct from staff_id and checked_by is distinct from staff_id and decided_by is distinct from staff_id),
      constraint commendations_three_people check (
        (decided_by is null or (decided_by is distinct from checked_by and decided_by is distinct from nominated_by))
        and (checked_by is null or checked_by is distinct from nominated_by))
    )`.execute(db)
  await sql`create index commendations_of_staff on commendations (staff_id, id desc)`.execute(db)
  await sql`create index commendations_open on commendations (nominated_at) where state in ('nominated', 'reviewed')`.execute(
    db,
  )
  await sql`create index commendations_granted on commendations (decided_at desc) where state in ('granted', 'executed')`.execute(
    db,
  )
  await sql`
    create table praises (
      id bigint generated always as identity primary key,
      rating_id bigint not null references ratings constraint praises_once unique,
      staff_id bigint not null references staff,
      heard_at timestamptz not null,
      state text not null default 'heard' constraint praises_state check (state in ('heard', 'used', 'set_aside')),
      commendation_id bigint references commendations,
      settled_by bigint references staff,
      settled_at timestamptz
    )`.execute(db)
  await sql`create index praises_heard on praises (staff_id, heard_at desc) where state = 'heard'`.execute(db)
  await sql`create index praises_of_commendation on praises (commendation_id) where commendation_id is not null`.execute(
    db,
  )
  await sql`
    create table wall_choices (
      staff_id bigint primary key references staff,
      on_wall boolean not null,
      chosen_at timestamptz not null
    )`.execute(db)
}
