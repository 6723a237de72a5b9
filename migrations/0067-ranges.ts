import { type Kysely, sql } from 'kysely'

/**
 * The third key of a measure (REGULATION row 61): the address range that a visitor last asked from, as a keyed hash, and
 * on a case the range that its measure holds for beside the customer. Known customers of a range are never touched.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    alter table visitors add column range_hash bytea, add column range_at timestamptz, add column urgent_at timestamptz`.execute(
    db,
  )
  await sql`
    alter table visitors add constraint visitors_range_has_time
    check ((range_hash is null) = (range_at is null)) not valid`.execute(db)
  await sql`alter table visitors validate constraint visitors_range_has_time`.execute(db)
  await sql`alter table abuse_cases add column range_hash bytea`.execute(db)
  await sql`
    alter table abuse_cases add constraint abuse_cases_range_in_force
    check (range_hash is null or state in ('limited', 'banned')) not valid`.execute(db)
  await sql`alter table abuse_cases validate constraint abuse_cases_range_in_force`.execute(db)
  await sql`alter table abuse_steps add column with_range boolean not null default false`.execute(db)
  await sql.raw(ABUSE_MEASURE_HERE).execute(db)
  await sql.raw(POST_MESSAGE).execute(db)
}

/**
 * The measure that an instant finds in force here, the hardest first: on the customer (abuse_measure), or on new visitors
 * of the range from which this visitor last asked. New is whoever has no conversation from before the case was flagged.
 * A conversation that a new visitor opened as urgent (begun at `p_begun`) goes on, at the pace of a limit.
 */
const ABUSE_MEASURE_HERE = `
  create function abuse_measure_here(
    p_customer bigint, p_visitor bigint, p_begun timestamptz, p_kind text, p_value text, p_at timestamptz)
  returns table (case_id bigint, state text, until timestamptz, pace_seconds integer, by_range boolean)
  language sql stable as $$
    select * from (
      select m.case_id, m.state, m.until, m.pace_seconds, false as by_range
      from abuse_measure(p_customer, p_kind, p_value, p_at) m
      union all
      select c.id, case when v.urgent_at <= p_begun then 'limited' else c.state end, c.until, coalesce(c.pace_seconds, 60), true
      from visitors v join abuse_cases c on c.range_hash = v.range_hash
      where v.id = p_visitor and c.state in ('limited', 'banned') and c.until > p_at
        and c.customer_id is distinct from v.customer_id
        and not exists (select from tickets t where t.visitor_id = v.id and t.created_at <= c.opened_at)
        and not exists (select from tickets t where t.customer_id = v.customer_id and t.created_at <= c.opened_at)
    ) m order by m.state = 'banned' desc, m.by_range, m.until desc limit 1
  $$`

/** As before (0060), and the range: a word that the network keeps back is told apart from one that its writer does. */
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
      select * into measure from abuse_measure_here(t.customer_id, t.visitor_id, t.created_at, null, null, p_at);
      if measure.state = 'banned' then
        outcome := case when measure.by_range then 'banned_network' else 'banned' end; at := measure.until; return;
      end if;
      if measure.state = 'limited' then
        select max(w.at) into last_word from tickets o join messages w on w.ticket_id = o.id and w.author = 'customer'
          where o.customer_id = t.customer_id and o.last_message_at > p_at - make_interval(secs => measure.pace_seconds)
            and w.at > p_at - make_interval(secs => measure.pace_seconds);
        if last_word is not null then
          outcome := case when measure.by_range then 'slow_network' else 'slow' end;
          at := last_word + make_interval(secs => measure.pace_seconds);
          return;
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
