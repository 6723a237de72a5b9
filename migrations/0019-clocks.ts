import { type Kysely, sql } from 'kysely'

/** What is agreed about time, frozen on each ticket when first applied, and the clocks that run on it. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    alter table tickets add column priority text not null default 'normal'
      constraint tickets_priority_known check (priority in ('low', 'normal', 'high', 'urgent'))`.execute(db)
  await sql`
    create table sla_policies (
      id bigint generated always as identity primary key,
      channel text check (channel in ('chat', 'form', 'phone', 'mail')),
      category_id bigint references categories,
      priority text check (priority in ('low', 'normal', 'high', 'urgent')),
      first_seconds integer not null check (first_seconds > 0),
      next_seconds integer not null check (next_seconds > 0),
      resolution_seconds integer not null check (resolution_seconds > 0),
      hours text not null check (hours in ('always', 'night')),
      position integer not null default 0,
      active boolean not null default true,
      changed_by bigint references staff,
      changed_at timestamptz not null
    )`.execute(db)
  await sql`
    create table ticket_sla (
      ticket_id bigint primary key references tickets,
      policy_id bigint references sla_policies,
      first_seconds integer not null,
      next_seconds integer not null,
      resolution_seconds integer not null,
      hours text not null,
      agreed_at timestamptz not null,
      seen_seq integer not null default 0
    )`.execute(db)
  await sql`
    create table ticket_clocks (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      round integer not null,
      kind text not null check (kind in ('first', 'next', 'resolution')),
      target_seconds integer not null,
      started_at timestamptz not null,
      due_at timestamptz,
      left_seconds double precision,
      paused_at timestamptz,
      ended_at timestamptz,
      outcome text check (outcome in ('met', 'breached', 'void')),
      warn_at timestamptz,
      warned_at timestamptz,
      breached_at timestamptz,
      version integer not null default 1,
      constraint ticket_clocks_run_or_stand check (ended_at is not null or (due_at is null) <> (left_seconds is null)),
      constraint ticket_clocks_end_has_outcome check ((ended_at is null) = (outcome is null))
    )`.execute(db)
  await sql`create index ticket_clocks_of_ticket on ticket_clocks (ticket_id, id)`.execute(db)
  await sql`create unique index ticket_clocks_one_answer on ticket_clocks (ticket_id) where ended_at is null and kind <> 'resolution'`.execute(
    db,
  )
  await sql`create unique index ticket_clocks_one_resolution on ticket_clocks (ticket_id, round) where ended_at is null and kind = 'resolution'`.execute(
    db,
  )
  await sql`create index ticket_clocks_warn on ticket_clocks (warn_at) where warned_at is null and ended_at is null and due_at is not null`.execute(
    db,
  )
  await sql`create index ticket_clocks_due on ticket_clocks (due_at) where breached_at is null and ended_at is null and due_at is not null`.execute(
    db,
  )
  await sql`
    create table ticket_pauses (
      ticket_id bigint not null references tickets,
      ref text not null,
      from_at timestamptz not null,
      to_at timestamptz
    )`.execute(db)
  await sql`create unique index ticket_pauses_one_open on ticket_pauses (ticket_id, ref) where to_at is null`.execute(
    db,
  )
}
