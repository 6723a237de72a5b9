import { type Kysely, sql } from 'kysely'

/** A company moves in: who leads a department and the house, how people come in, and what was sent to whom. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    alter table staff
      add column email text,
      add column invited boolean not null default false,
      add column deactivated_at timestamptz`.execute(db)
  await sql`create index staff_of_department on staff (department_id)`.execute(db)
  await sql`
    alter table departments
      add column head_id bigint references staff,
      add column night_contact_id bigint references staff,
      add column night_phone text,
      add column accept_minutes integer constraint departments_accept_minutes check (accept_minutes between 1 and 1440),
      add column email text`.execute(db)
  await sql`
    create table leadership_members (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      chief boolean not null,
      first_day date not null,
      last_day date,
      during tstzrange not null constraint leadership_members_have_days check (not isempty(during)),
      appointed_at timestamptz not null,
      constraint leadership_members_once exclude using gist (staff_id with =, during with &&),
      constraint leadership_members_one_chief exclude using gist (during with &&) where (chief)
    )`.execute(db)
  await sql`
    create table account_links (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      kind text not null check (kind in ('invitation', 'reset')),
      token_hash bytea not null constraint account_links_token_once unique,
      made_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db)
  await sql`create index account_links_open on account_links (staff_id) where ended_at is null`.execute(db)
  await sql`
    create table outgoing_mails (
      id bigint generated always as identity primary key,
      channel text not null default 'mail' check (channel in ('mail')),
      kind text not null,
      about text not null,
      recipient text,
      subject text not null,
      text text not null,
      html text,
      link text,
      link_until timestamptz,
      state text not null check (state in ('pending', 'sending', 'sent', 'failed', 'unknown', 'kept')),
      attempts integer not null default 0,
      error text,
      due_at timestamptz,
      made_at timestamptz not null,
      settled_at timestamptz
    )`.execute(db)
  await sql`create index outgoing_mails_due on outgoing_mails (due_at, id) where state in ('pending', 'sending')`.execute(
    db,
  )
  await sql`create index outgoing_mails_links on outgoing_mails (link_until) where link is not null`.execute(db)
}
