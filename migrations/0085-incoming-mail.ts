import { type Kysely, sql } from 'kysely'

/** Letters that came to the company's mailbox, each once: what was taken is a conversation, what was not is kept with its reason. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table tickets drop constraint tickets_channel_check`.execute(db)
  await sql`
    alter table tickets add constraint tickets_channel_check
    check (channel in ('web', 'widget', 'form', 'phone', 'api', 'mail')) not valid`.execute(db)
  await sql`alter table tickets validate constraint tickets_channel_check`.execute(db)
  await sql`
    create table incoming_mails (
      id bigint generated always as identity primary key,
      mailbox text not null,
      uid_validity bigint not null,
      uid bigint not null,
      message_key bytea not null,
      state text not null check (state in ('taken', 'refused', 'bounce')),
      reason text,
      ticket_id bigint references tickets,
      opened boolean not null default false,
      verified boolean not null default false,
      remarks text[] not null default '{}',
      sender text,
      subject text,
      headers jsonb,
      raw jsonb,
      bytes bigint not null,
      arrived_at timestamptz not null,
      settled_at timestamptz not null,
      constraint incoming_mails_place_once unique (mailbox, uid_validity, uid),
      constraint incoming_mails_letter_once unique (message_key),
      constraint incoming_mails_taken_has_a_ticket check (state <> 'taken' or ticket_id is not null),
      constraint incoming_mails_refused_has_a_reason check (state <> 'refused' or reason is not null)
    )`.execute(db)
  await sql`create index incoming_mails_of_ticket on incoming_mails (ticket_id, id) where ticket_id is not null`.execute(
    db,
  )
  await sql`create index incoming_mails_of_sender on incoming_mails (sender, settled_at)`.execute(db)
  await sql`create index incoming_mails_refused on incoming_mails (id desc) where state = 'refused'`.execute(db)
  await sql`
    create table mailbox_readers (
      mailbox text primary key,
      holder text not null,
      held_until timestamptz not null,
      read_at timestamptz,
      trouble text,
      trouble_since timestamptz,
      alarmed_at timestamptz,
      trying text,
      tries integer not null default 0
    )`.execute(db)
}
