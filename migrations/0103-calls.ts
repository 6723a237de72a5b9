import { type Kysely, sql } from 'kysely'

/** The phone at night: lines, calls, the events as they came, and who is rung at which extension (REGULATION row 14). */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table phone_lines (
      id bigint generated always as identity primary key,
      name text not null,
      number text not null,
      adapter text not null constraint phone_lines_adapter check (adapter in ('cti', 'kamailio', 'twilio', 'moor')),
      token_hash bytea not null constraint phone_lines_token_once unique,
      secret text,
      addresses text[] not null default '{}',
      recording_hosts text[] not null default '{}',
      voicemail boolean not null default false,
      ring_seconds integer not null constraint phone_lines_ring check (ring_seconds between 5 and 300),
      made_at timestamptz not null,
      made_by bigint references staff,
      heard_at timestamptz,
      refused_at timestamptz,
      refused_why text,
      refused_count integer not null default 0,
      removed_at timestamptz
    )`.execute(db)
  await sql`
    create table phone_extensions (
      extension text not null constraint phone_extensions_once primary key,
      staff_id bigint not null references staff,
      set_at timestamptz not null
    )`.execute(db)
  await sql`create index phone_extensions_of_staff on phone_extensions (staff_id)`.execute(db)
  await sql`
    create table calls (
      id bigint generated always as identity primary key,
      line_id bigint not null references phone_lines,
      call_key text not null,
      direction text not null default 'in' constraint calls_direction check (direction in ('in', 'out')),
      state text not null constraint calls_state
        check (state in ('ringing', 'rejected', 'missed', 'abandoned', 'voicemail', 'answered', 'ended')),
      number text,
      called text,
      queue text,
      users text[] not null default '{}',
      test boolean not null default false,
      began_at timestamptz not null,
      rang_at timestamptz,
      answered_at timestamptz,
      voicemail_at timestamptz,
      ended_at timestamptz,
      cause text,
      rejected_at timestamptz,
      rejected_why text constraint calls_rejected_why check (rejected_why in ('banned', 'flood')),
      closes_at timestamptz,
      claimed_by bigint references staff,
      claimed_at timestamptz,
      answered_by bigint references staff,
      answered_user text,
      shift_id bigint references shifts,
      note text not null default '',
      ticket_id bigint references tickets,
      customer_id bigint references customers,
      logged_at timestamptz,
      logged_by bigint references staff,
      logged_as text constraint calls_logged_as
        check (logged_as in ('new_ticket', 'ticket', 'wrong_number', 'silent', 'nuisance', 'private')),
      score smallint constraint calls_score check (score between 1 and 5),
      score_at timestamptz,
      score_landed boolean not null default false,
      rating_asked_at timestamptz,
      version integer not null default 1,
      constraint calls_key_once unique (line_id, call_key),
      constraint calls_logged check ((logged_at is null) = (logged_as is null))
    )`.execute(db)
  await sql`create index calls_live on calls (closes_at) where state in ('ringing', 'answered')`.execute(db)
  await sql`create index calls_of_number on calls (number, began_at) where number is not null`.execute(db)
  await sql`create index calls_by_time on calls (began_at, id)`.execute(db)
  await sql`create index calls_of_ticket on calls (ticket_id) where ticket_id is not null`.execute(db)
  await sql`create index calls_of_customer on calls (customer_id) where customer_id is not null`.execute(db)
  await sql`create index calls_unlogged on calls (answered_by) where answered_at is not null and logged_at is null`.execute(
    db,
  )
  await sql`
    create table call_events (
      id bigint generated always as identity primary key,
      line_id bigint not null references phone_lines,
      call_id bigint references calls,
      key text not null,
      name text not null,
      outcome text not null,
      at timestamptz not null,
      digit text,
      received_at timestamptz not null,
      raw jsonb not null,
      constraint call_events_once unique (line_id, key)
    )`.execute(db)
  await sql`create index call_events_of_call on call_events (call_id, id) where call_id is not null`.execute(db)
  await sql`create index call_events_of_line on call_events (line_id, id desc)`.execute(db)
  await sql`
    create table call_declines (
      call_id bigint not null references calls,
      staff_id bigint not null references staff,
      at timestamptz not null,
      constraint call_declines_once primary key (call_id, staff_id)
    )`.execute(db)
  await sql`
    create table desk_engagements (
      kind text not null constraint desk_engagements_kind check (kind in ('call')),
      ref text not null,
      staff_id bigint not null references staff,
      since timestamptz not null,
      until timestamptz,
      constraint desk_engagements_once primary key (kind, ref)
    )`.execute(db)
  await sql`create index desk_engagements_of_staff on desk_engagements (staff_id)`.execute(db)
}
