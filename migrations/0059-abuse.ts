import { type Kysely, sql } from 'kysely'

/** Cases of abuse: who was flagged for what, what was decided by whom, until when, and the appeal (REGULATION row 61). */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`create sequence abuse_numbers start 101`.execute(db)
  await sql`
    create table abuse_cases (
      id bigint generated always as identity primary key,
      number text not null default 'AB-' || nextval('abuse_numbers') constraint abuse_cases_number_once unique,
      customer_id bigint not null references customers,
      state text not null constraint abuse_cases_state check (state in ('flagged', 'warned', 'limited', 'banned', 'lifted')),
      duty text not null,
      until timestamptz,
      pace_seconds integer,
      opened_at timestamptz not null,
      proposed_by bigint references staff,
      proposed_at timestamptz,
      proposed_days integer,
      confirmed_by bigint references staff,
      appeal text,
      appealed_at timestamptz,
      answer text,
      answered_by bigint references staff,
      answered_at timestamptz,
      lifted_at timestamptz,
      lifted_why text constraint abuse_cases_lifted_why check (lifted_why in ('expired', 'eased', 'wrong')),
      version integer not null default 1,
      constraint abuse_cases_end check ((state in ('warned', 'limited', 'banned')) = (until is not null)),
      constraint abuse_cases_second check (state <> 'banned' or confirmed_by is distinct from proposed_by)
    )`.execute(db)
  await sql`create unique index abuse_cases_one_open on abuse_cases (customer_id) where state <> 'lifted'`.execute(db)
  await sql`create index abuse_cases_of_customer on abuse_cases (customer_id)`.execute(db)
  await sql`create index abuse_cases_due on abuse_cases (until) where until is not null`.execute(db)
  await sql`
    create table abuse_flags (
      id bigint generated always as identity primary key,
      case_id bigint not null references abuse_cases,
      ticket_id bigint not null references tickets,
      reason text not null,
      note text not null,
      seqs integer[],
      upto integer not null,
      flagged_by bigint not null references staff,
      flagged_at timestamptz not null,
      constraint abuse_flags_once unique (case_id, ticket_id, flagged_by, upto)
    )`.execute(db)
  await sql`create index abuse_flags_of_ticket on abuse_flags (ticket_id)`.execute(db)
  await sql`
    create table abuse_steps (
      id bigint generated always as identity primary key,
      case_id bigint not null references abuse_cases,
      act text not null constraint abuse_steps_act
        check (act in ('warn', 'limit', 'propose', 'refuse', 'ban', 'appeal', 'uphold', 'lift', 'expire')),
      staff_id bigint references staff,
      why text not null,
      until timestamptz,
      at timestamptz not null
    )`.execute(db)
  await sql`create index abuse_steps_of_case on abuse_steps (case_id, id)`.execute(db)
  await sql`
    create table ticket_exclusions (
      ticket_id bigint not null references tickets,
      reason text not null constraint ticket_exclusions_reason check (reason in ('abuse')),
      ref text not null,
      excluded_by bigint not null references staff,
      excluded_at timestamptz not null,
      constraint ticket_exclusions_once primary key (ticket_id, reason)
    )`.execute(db)
}
