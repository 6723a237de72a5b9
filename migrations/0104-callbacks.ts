import { type Kysely, sql } from 'kysely'

/** Calls that nobody took are owed a call back: one open one a known number, however often it rang (REGULATION row 14). */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table callbacks (
      id bigint generated always as identity primary key,
      number text not null,
      line_id bigint not null references phone_lines,
      state text not null constraint callbacks_state check (state in ('due', 'claimed', 'done', 'given_up')),
      times integer not null,
      opened_at timestamptz not null,
      last_at timestamptz not null,
      due_at timestamptz not null,
      overdue_at timestamptz,
      claimed_by bigint references staff,
      claimed_at timestamptz,
      attempts integer not null default 0,
      ticket_id bigint references tickets,
      customer_id bigint references customers,
      promise_id bigint references promises,
      promised_at timestamptz,
      ended_at timestamptz,
      ended_by bigint references staff,
      ended_why text constraint callbacks_ended_why
        check (ended_why in ('called', 'logged', 'noted', 'answered', 'no_answer', 'wrong_number', 'not_wanted')),
      words text,
      version integer not null default 1,
      constraint callbacks_end check ((state in ('done', 'given_up')) = (ended_at is not null))
    )`.execute(db)
  await sql`create unique index callbacks_one_open on callbacks (number) where state in ('due', 'claimed')`.execute(db)
  await sql`create index callbacks_due on callbacks (due_at) where state in ('due', 'claimed')`.execute(db)
  await sql`create index callbacks_ended on callbacks (ended_at) where ended_at is not null`.execute(db)
  await sql`create index callbacks_of_ticket on callbacks (ticket_id) where ticket_id is not null`.execute(db)
  await sql`alter table calls add column callback_id bigint references callbacks`.execute(db)
  await sql`create index calls_of_callback on calls (callback_id) where callback_id is not null`.execute(db)
  await sql`
    create table callback_attempts (
      id bigint generated always as identity primary key,
      callback_id bigint not null references callbacks,
      client_id uuid not null constraint callback_attempts_once unique,
      staff_id bigint not null references staff,
      at timestamptz not null,
      outcome text not null constraint callback_attempts_outcome check (outcome in ('no_answer', 'busy', 'reached')),
      words text not null
    )`.execute(db)
  await sql`create index callback_attempts_of_callback on callback_attempts (callback_id, id)`.execute(db)
}
