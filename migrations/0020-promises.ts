import { type Kysely, sql } from 'kysely'

/** Promises with a time; and an open ticket always has a next one. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table promises (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      round integer not null,
      kind text not null check (kind in ('call', 'update', 'result')),
      state text not null check (state in ('open', 'kept', 'broken', 'moved', 'void')),
      due_at timestamptz not null,
      remind_at timestamptz not null,
      reminded_at timestamptz,
      made_at timestamptz not null,
      made_by bigint references staff,
      shift_id bigint references shifts,
      ref text,
      ended_at timestamptz,
      ended_by bigint references staff,
      moved_to bigint references promises,
      version integer not null default 1,
      constraint promises_end_when_not_open check ((state = 'open') = (ended_at is null)),
      constraint promises_moved_somewhere check (state <> 'moved' or moved_to is not null)
    )`.execute(db)
  await sql`create index promises_of_ticket on promises (ticket_id, id)`.execute(db)
  await sql`create index promises_open on promises (due_at) where state = 'open'`.execute(db)

  await sql`alter table tickets add column next_at timestamptz`.execute(db)
  await sql`alter table tickets add column confirmed_at timestamptz`.execute(db)
  // Null until the first resolve; then whether the first contact was enough (REGULATION row 36).
  await sql`alter table tickets add column first_contact boolean`.execute(db)
  await sql`
    update tickets set next_at = coalesce(answer_due_at, promised_at, last_message_at + interval '1 hour')
    where state in ('new', 'queued', 'open')`.execute(db)
  // Whoever opens a ticket without a next time gets one; the constraint holds against everybody else.
  await sql`
    create function give_ticket_next_time() returns trigger language plpgsql as $$
    begin
      new.next_at := coalesce(new.answer_due_at, new.promised_at, new.last_message_at + interval '1 hour');
      return new;
    end $$`.execute(db)
  await sql`
    create trigger tickets_have_next_time before insert or update on tickets for each row
    when (new.next_at is null and new.state in ('new', 'queued', 'open')) execute function give_ticket_next_time()`.execute(
    db,
  )
  await sql`
    alter table tickets add constraint tickets_open_have_next
    check (state not in ('new', 'queued', 'open') or next_at is not null) not valid`.execute(db)
  await sql`alter table tickets validate constraint tickets_open_have_next`.execute(db)
  await sql`create index tickets_follow_up on tickets (next_at) where state in ('new', 'queued', 'open')`.execute(db)
}
