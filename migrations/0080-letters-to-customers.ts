import { type Kysely, sql } from 'kysely'

/** When a customer was last there, what was mailed to them, and which of their addresses have been proved. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table customer_visits (
      ticket_id bigint primary key references tickets,
      seen_at timestamptz not null,
      shown_seq integer not null default 0
    )`.execute(db)
  await sql`
    create table contact_verifications (
      id bigint generated always as identity primary key,
      contact_id bigint not null references contacts on delete cascade,
      ticket_id bigint references tickets,
      state text not null check (state in ('due', 'left', 'used')),
      token_hash bytea constraint contact_verifications_token_once unique,
      asked_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db)
  await sql`create index contact_verifications_due on contact_verifications (id) where state = 'due'`.execute(db)
  await sql`create index contact_verifications_of_contact on contact_verifications (contact_id, asked_at desc)`.execute(
    db,
  )
  await sql`
    create table transcripts (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      asked_at timestamptz not null,
      asked_by text not null check (asked_by in ('customer', 'staff'))
    )`.execute(db)
  await sql`create index transcripts_of_ticket on transcripts (ticket_id, asked_at desc)`.execute(db)
  await sql`
    create table customer_letters (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      kind text not null check (kind in ('unread', 'transcript', 'morning')),
      state text not null check (state in ('due', 'waiting', 'left', 'dropped', 'unreached')),
      due_at timestamptz,
      made_at timestamptz not null,
      night date,
      mail_id bigint references outgoing_mails,
      settled_at timestamptz,
      constraint customer_letters_due check ((state in ('due', 'waiting')) = (due_at is not null))
    )`.execute(db)
  await sql`create index customer_letters_due_at on customer_letters (due_at, id) where due_at is not null`.execute(db)
  await sql`create index customer_letters_of_ticket on customer_letters (ticket_id, kind, id desc)`.execute(db)
  await sql`create unique index customer_letters_one_unread on customer_letters (ticket_id) where kind = 'unread' and state in ('due', 'waiting')`.execute(
    db,
  )
  await sql`create unique index customer_letters_one_a_night on customer_letters (ticket_id, night) where kind = 'morning'`.execute(
    db,
  )
  await sql`create index customer_letters_of_mail on customer_letters (mail_id) where mail_id is not null`.execute(db)
  await sql`
    create table mailed_messages (
      ticket_id bigint not null references tickets,
      seq integer not null,
      letter_id bigint not null references customer_letters,
      constraint mailed_messages_once primary key (ticket_id, seq)
    )`.execute(db)
  await sql`create index mailed_messages_of_letter on mailed_messages (letter_id)`.execute(db)
  await sql`create table morning_runs (day date primary key, at timestamptz not null)`.execute(db)
  await sql`alter table outgoing_mails drop constraint outgoing_mails_state_check`.execute(db)
  await sql`
    alter table outgoing_mails add constraint outgoing_mails_state_check
    check (state in ('pending', 'sending', 'sent', 'failed', 'unknown', 'kept', 'dropped')) not valid`.execute(db)
}
