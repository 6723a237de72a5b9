import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql`create sequence ticket_numbers start 24001`.execute(db)
  await sql`
    create table tickets (
      id bigint generated always as identity primary key,
      number text not null default 'NT-' || nextval('ticket_numbers') constraint tickets_number_once unique,
      round integer not null default 1,
      state text not null check (state in ('new', 'queued', 'open', 'resolved', 'closed', 'merged', 'spam')),
      waiting_on text not null default 'us' check (waiting_on in ('us', 'customer')),
      customer_id bigint not null references customers,
      visitor_id bigint references visitors,
      channel text not null check (channel in ('web', 'widget', 'form', 'phone', 'api')),
      language text not null,
      category_id bigint references categories,
      subject text not null,
      came_from text,
      need text,
      result text,
      head boolean not null default false,
      place_at timestamptz not null,
      created_at timestamptz not null,
      queued_at timestamptz,
      complained_at timestamptz,
      answer_due_at timestamptz,
      first_answered_at timestamptz,
      promised_at timestamptz,
      last_seq integer not null default 0,
      last_message_at timestamptz not null,
      epoch integer not null default 0,
      last_handler_id bigint references staff,
      resolved_at timestamptz,
      closes_at timestamptz,
      closed_at timestamptz,
      version integer not null default 1,
      constraint tickets_resolved_close check (state <> 'resolved' or closes_at is not null)
    )`.execute(db)
  await sql`create unique index tickets_one_open_a_visitor on tickets (visitor_id) where state in ('new', 'queued', 'open')`.execute(
    db,
  )
  await sql`create index tickets_queue on tickets (head desc, place_at, id) where state = 'queued'`.execute(db)
  await sql`create index tickets_new on tickets (created_at) where state = 'new'`.execute(db)
  await sql`create index tickets_closing on tickets (closes_at) where state = 'resolved'`.execute(db)
  await sql`create index tickets_of_customer on tickets (customer_id, created_at desc)`.execute(db)
  await sql`create index tickets_due on tickets (answer_due_at) where state in ('queued', 'open') and answer_due_at is not null`.execute(
    db,
  )
  await sql`create index tickets_by_creation on tickets (created_at)`.execute(db)
  await sql`create index tickets_recent on tickets (last_message_at desc, id)`.execute(db)

  await sql`
    create table assignments (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      staff_id bigint not null references staff,
      shift_id bigint references shifts,
      round integer not null,
      epoch integer not null,
      opened_at timestamptz not null,
      ended_at timestamptz,
      end_reason text check (end_reason in ('resolved', 'transferred', 'returned', 'lease_lost', 'shift_over', 'spam')),
      constraint assignments_end_has_reason check ((ended_at is null) = (end_reason is null)),
      constraint assignments_epoch_once unique (ticket_id, epoch)
    )`.execute(db)
  await sql`create unique index assignments_one_open on assignments (ticket_id) where ended_at is null`.execute(db)
  await sql`create index assignments_open_of_staff on assignments (staff_id) where ended_at is null`.execute(db)

  await sql`
    create table ticket_holds (
      ticket_id bigint not null references tickets,
      kind text not null,
      ref text not null,
      set_at timestamptz not null,
      primary key (ticket_id, kind, ref)
    )`.execute(db)

  await sql`
    create table messages (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      seq integer not null,
      round integer not null,
      author text not null check (author = 'customer' or author = 'house' or author ~ '^staff:[1-9][0-9]*$'),
      staff_id bigint references staff,
      client_id uuid not null,
      body text not null,
      code text,
      details jsonb,
      at timestamptz not null,
      constraint messages_seq_once unique (ticket_id, seq),
      constraint messages_client_id_once unique (ticket_id, author, client_id)
    )`.execute(db)
  await sql`
    create table notes (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      staff_id bigint not null references staff,
      client_id uuid not null,
      after_seq integer not null,
      body text not null,
      at timestamptz not null,
      constraint notes_client_id_once unique (ticket_id, staff_id, client_id)
    )`.execute(db)
  await sql`
    create table marks (
      ticket_id bigint not null references tickets,
      reader text not null check (reader = 'customer' or reader ~ '^staff:[1-9][0-9]*$'),
      delivered_seq integer not null default 0,
      read_seq integer not null default 0,
      read_at timestamptz,
      primary key (ticket_id, reader)
    )`.execute(db)
  await sql`
    create table request_links (
      token_hash bytea primary key,
      ticket_id bigint not null references tickets,
      made_at timestamptz not null
    )`.execute(db)
  await sql`
    create table ratings (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      round integer not null,
      state text not null check (state in ('asked', 'given', 'withdrawn')),
      asked_at timestamptz not null,
      handlers jsonb not null,
      service smallint check (service between 1 and 5),
      product smallint check (product between 1 and 5),
      reasons text[] not null default '{}',
      comment text,
      source text,
      given_at timestamptz,
      constraint ratings_once_a_round unique (ticket_id, round),
      constraint ratings_given_have_a_score check (state <> 'given' or (service is not null and given_at is not null))
    )`.execute(db)
  await postMessageFunction(db)
}

/**
 * Accepts a message in one round trip (RELIABILITY 2): lock the ticket, check, find a repeat, take the number, insert
 * message, event and outbox row. The only writer of events beside `announce`.
 * Outcomes: posted | repeated | reused (same client id, another text) | missing | stale (not this staff's open epoch) | shut (not in a state that takes words).
 */
async function postMessageFunction(db: Kysely<any>): Promise<void> {
  await sql`
    create function post_message(
      p_ticket bigint, p_author text, p_staff bigint, p_epoch integer, p_client uuid, p_body text, p_code text,
      p_details jsonb, p_actor text, p_answer_seconds integer, p_at timestamptz,
      out outcome text, out seq integer, out message_id bigint, out at timestamptz, out event_id bigint, out round integer
    ) language plpgsql as $$
    declare
      t tickets%rowtype;
      m messages%rowtype;
    begin
      select * into t from tickets where tickets.id = p_ticket for update;
      if not found then outcome := 'missing'; return; end if;
      select * into m from messages where messages.ticket_id = p_ticket and messages.author = p_author and messages.client_id = p_client;
      if found then
        outcome := case when m.body = p_body and m.code is not distinct from p_code then 'repeated' else 'reused' end;
        seq := m.seq; message_id := m.id; at := m.at; round := m.round;
        return;
      end if;
      if p_staff is not null and (t.epoch is distinct from p_epoch or not exists (
        select 1 from assignments a where a.ticket_id = p_ticket and a.ended_at is null and a.staff_id = p_staff and a.epoch = p_epoch
      )) then outcome := 'stale'; return; end if;
      if t.state not in ('new', 'queued', 'open') and p_author <> 'house' then outcome := 'shut'; return; end if;

      seq := t.last_seq + 1; at := p_at; round := t.round;
      insert into messages (ticket_id, seq, round, author, staff_id, client_id, body, code, details, at)
        values (p_ticket, post_message.seq, t.round, p_author, p_staff, p_client, p_body, p_code, p_details, p_at)
        returning messages.id into message_id;
      update tickets set
        last_seq = post_message.seq,
        last_message_at = p_at,
        waiting_on = case when p_author = 'customer' then 'us' when p_author = 'house' then waiting_on else 'customer' end,
        answer_due_at = case
          when p_author = 'customer' then coalesce(answer_due_at, p_at + make_interval(secs => p_answer_seconds))
          when p_author = 'house' then answer_due_at
          else null end,
        first_answered_at = case when p_staff is not null then coalesce(first_answered_at, p_at) else first_answered_at end
      where tickets.id = p_ticket;
      insert into events (at, name, actor, payload) values (p_at, 'message.posted', p_actor, jsonb_build_object(
        'ticketId', p_ticket::text, 'messageId', message_id::text, 'seq', post_message.seq,
        'by', case when p_author = 'customer' then 'customer' when p_author = 'house' then 'house' else 'staff' end))
        returning events.id into event_id;
      insert into outbox (event_id, about, at) values (event_id, array['ticket:' || p_ticket] || array(
        select 'work:' || a.staff_id from assignments a where a.ticket_id = p_ticket and a.ended_at is null), p_at);
      outcome := 'posted';
    end $$`.execute(db)
}
