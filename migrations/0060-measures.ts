import { type Kysely, sql } from 'kysely'

/** Whoever is limited writes at their pace, whoever is banned not at all: asked where each word is taken, under its lock. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql.raw(ABUSE_MEASURE).execute(db)
  await sql.raw(POST_MESSAGE).execute(db)
}

/**
 * The measure that an instant finds in force on a customer, the hardest first: their own, or that of somebody to whom a
 * contact belongs, verified, which they give as theirs. `p_kind` and `p_value` are a contact that is only about to be given.
 */
const ABUSE_MEASURE = `
  create function abuse_measure(p_customer bigint, p_kind text, p_value text, p_at timestamptz)
  returns table (case_id bigint, state text, until timestamptz, pace_seconds integer) language sql stable as $$
    select c.id, c.state, c.until, c.pace_seconds from abuse_cases c
    where c.state in ('limited', 'banned') and c.until > p_at and (
      c.customer_id = p_customer
      or exists (
        select from contacts v where v.customer_id = c.customer_id and v.verified_at is not null and (
          v.kind = p_kind and v.value = p_value
          or exists (select from contacts o where o.customer_id = p_customer and o.kind = v.kind and o.value = v.value))))
    order by c.state = 'banned' desc, c.until desc limit 1
  $$`

/**
 * As before, with two outcomes more for a word of the customer that is not here yet: banned (`at` is when that ends) and
 * slow (`at` is when the next word is taken).
 */
const POST_MESSAGE = `
  create or replace function post_message(
    p_ticket bigint, p_author text, p_staff bigint, p_epoch integer, p_client uuid, p_body text, p_code text,
    p_details jsonb, p_actor text, p_answer_seconds integer, p_at timestamptz,
    out outcome text, out seq integer, out message_id bigint, out at timestamptz, out event_id bigint, out round integer,
    out worker bigint, out name text, out name_en text
  ) language plpgsql as $$
  declare
    t tickets%rowtype;
    m messages%rowtype;
    measure record;
    last_word timestamptz;
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
    if p_author = 'customer' and exists (select from abuse_cases c where c.until > p_at and c.state in ('limited', 'banned')) then
      select * into measure from abuse_measure(t.customer_id, null, null, p_at);
      if measure.state = 'banned' then outcome := 'banned'; at := measure.until; return; end if;
      if measure.state = 'limited' then
        select max(w.at) into last_word from tickets o join messages w on w.ticket_id = o.id and w.author = 'customer'
          where o.customer_id = t.customer_id and o.last_message_at > p_at - make_interval(secs => measure.pace_seconds)
            and w.at > p_at - make_interval(secs => measure.pace_seconds);
        if last_word is not null then
          outcome := 'slow'; at := last_word + make_interval(secs => measure.pace_seconds); return;
        end if;
      end if;
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
