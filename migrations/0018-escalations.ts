import { type Kysely, sql } from 'kysely'

/** Requests to departments and to posts on duty, and what goes with them. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table escalations (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      round integer not null,
      state text not null check (state in ('decided', 'sent', 'accepted', 'asked_back', 'answered', 'told', 'closed', 'returned', 'withdrawn')),
      department_id bigint references departments,
      person_id bigint references staff,
      post text check (post in ('technician')),
      need text not null default '',
      tried text not null default '',
      contact text not null default '',
      promised_at timestamptz,
      decided_at timestamptz not null,
      decided_by bigint not null references staff,
      sent_at timestamptz,
      sent_by bigint references staff,
      accept_due_at timestamptz,
      step integer not null default 0,
      letters integer not null default 0,
      accepted_at timestamptz,
      accepted_by bigint references staff,
      answered_at timestamptz,
      answered_by bigint references staff,
      result text,
      for_customer text,
      told_at timestamptz,
      told_by bigint references staff,
      ended_at timestamptz,
      return_reason text check (return_reason in ('not_ours', 'not_enough', 'not_possible')),
      return_words text,
      better_department_id bigint references departments,
      version integer not null default 1,
      constraint escalations_one_target check (state in ('decided', 'withdrawn') or (department_id is null) <> (post is null)),
      constraint escalations_answer_has_words check (state not in ('answered', 'told', 'closed') or (result is not null and for_customer is not null))
    )`.execute(db)
  await sql`create unique index escalations_one_open on escalations (ticket_id, coalesce(department_id, 0), coalesce(post, ''))
    where state in ('sent', 'accepted', 'asked_back', 'answered')`.execute(db)
  await sql`create unique index escalations_one_decided on escalations (ticket_id, decided_by) where state = 'decided'`.execute(
    db,
  )
  await sql`create index escalations_of_ticket on escalations (ticket_id, id)`.execute(db)
  await sql`create index escalations_of_department on escalations (department_id, state, sent_at)`.execute(db)
  await sql`create index escalations_due on escalations (accept_due_at) where state = 'sent' and accept_due_at is not null`.execute(
    db,
  )
  await sql`create index escalations_to_posts on escalations (sent_at) where state = 'sent' and post is not null`.execute(
    db,
  )
  await sql`create index escalations_held on escalations (accepted_by) where state in ('accepted', 'asked_back')`.execute(
    db,
  )
  await sql`
    create table escalation_notes (
      id bigint generated always as identity primary key,
      escalation_id bigint not null references escalations,
      staff_id bigint not null references staff,
      side text not null check (side in ('agent', 'department')),
      client_id uuid not null,
      body text not null,
      at timestamptz not null,
      constraint escalation_notes_client_id_once unique (escalation_id, staff_id, client_id)
    )`.execute(db)
  await sql`
    create table escalation_links (
      token_hash bytea primary key,
      escalation_id bigint not null references escalations,
      staff_id bigint not null references staff,
      made_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db)
  await sql`
    create table escalation_offers (
      id bigint generated always as identity primary key,
      escalation_id bigint not null references escalations,
      staff_id bigint not null references staff,
      hop integer not null,
      state text not null check (state in ('made', 'taken', 'passed', 'expired', 'withdrawn')),
      made_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db)
  await sql`create unique index escalation_offers_one_open on escalation_offers (escalation_id) where state = 'made'`.execute(
    db,
  )
  await sql`create unique index escalation_offers_one_a_person on escalation_offers (staff_id) where state = 'made'`.execute(
    db,
  )
  await sql`create index escalation_offers_due on escalation_offers (expires_at) where state = 'made'`.execute(db)
  await sql`create index escalation_offers_of_escalation on escalation_offers (escalation_id, made_at desc)`.execute(db)
  // Which reasons may ring is the union AlarmKind; each feature adds its own without touching the table.
  await sql`alter table alarms drop constraint alarms_kind_check`.execute(db)
}
