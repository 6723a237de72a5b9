import { type Kysely, sql } from 'kysely'

/** Indexes are built while people write; every step may be repeated. */
export const concurrent = true

/** What the load of a busy night showed: rows that were looked for without an index, and acts that took many round trips. */
export async function up(db: Kysely<any>): Promise<void> {
  const index = async (name: string, on: string): Promise<void> => {
    // One that was cut off half built is there and serves nobody.
    await sql`drop index concurrently if exists ${sql.ref(name)}`.execute(db)
    await sql`create index concurrently ${sql.ref(name)} on ${sql.raw(on)}`.execute(db)
  }
  await index('tickets_of_visitor', 'tickets (visitor_id, id) where visitor_id is not null')
  await index('assignments_first', 'assignments (opened_at) where epoch = 1')
  await index('shifts_of_staff', 'shifts (staff_id, ends_at)')
  await index('shifts_of_post', 'shifts (post, starts_at)')
  // Each message moved its ticket in this index, and with it in all the others.
  await sql`drop index concurrently if exists tickets_recent`.execute(db)
  // Room on the page, so that the next version of a row stands beside it.
  await sql`alter table tickets set (fillfactor = 85)`.execute(db)
  await sql.raw(POST_MESSAGE).execute(db)
}

/**
 * As before in one round trip (RELIABILITY 2), and now in one statement: whose conversation it is, is asked here, before the
 * lock, so that a stranger waits for nothing; what is told after the commit comes back with it. A ticket that is open is
 * its last handler's.
 * Outcomes: posted | repeated | reused (same client id, another text) | missing (or not this customer's) | stale (not this
 * staff's open epoch) | shut (not in a state that takes words).
 */
const POST_MESSAGE = `
  drop function if exists post_message(bigint, text, bigint, integer, uuid, text, text, jsonb, text, integer, timestamptz);
  create function post_message(
    p_ticket bigint, p_author text, p_staff bigint, p_epoch integer, p_client uuid, p_body text, p_code text,
    p_details jsonb, p_actor text, p_answer_seconds integer, p_at timestamptz,
    out outcome text, out seq integer, out message_id bigint, out at timestamptz, out event_id bigint, out round integer,
    out worker bigint, out name text, out name_en text
  ) language plpgsql as $$
  declare
    t tickets%rowtype;
    m messages%rowtype;
  begin
    if p_author = 'customer' and (p_actor like 'link:%' and p_actor <> 'link:' || p_ticket
      or p_actor like 'visitor:%' and not exists (
        select from tickets where tickets.id = p_ticket and 'visitor:' || tickets.visitor_id = p_actor
      )) then outcome := 'missing'; return; end if;
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
    if t.state = 'open' then worker := t.last_handler_id; end if;
    if p_staff is not null then
      select s.name, s.name_en into post_message.name, post_message.name_en from staff s where s.id = p_staff;
    end if;
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
    with event as (
      insert into events (at, name, actor, payload) values (p_at, 'message.posted', p_actor, jsonb_build_object(
        'ticketId', p_ticket::text, 'messageId', message_id::text, 'seq', post_message.seq,
        'by', case when p_author = 'customer' then 'customer' when p_author = 'house' then 'house' else 'staff' end))
      returning events.id
    ), told as (
      insert into outbox (event_id, about, at) select event.id,
        case when worker is null then array['ticket:' || p_ticket] else array['ticket:' || p_ticket, 'work:' || worker] end, p_at
      from event
    )
    select event.id into event_id from event;
    outcome := 'posted';
  end $$`
