import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table offers (
      id bigint generated always as identity primary key,
      ticket_id bigint not null references tickets,
      staff_id bigint not null references staff,
      round integer not null,
      hop integer not null,
      state text not null check (state in ('made', 'taken', 'passed', 'expired', 'withdrawn')),
      made_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db)
  await sql`create unique index offers_one_open_a_ticket on offers (ticket_id) where state = 'made'`.execute(db)
  await sql`create unique index offers_one_open_a_person on offers (staff_id) where state = 'made'`.execute(db)
  await sql`create index offers_due on offers (expires_at) where state = 'made'`.execute(db)
  await sql`create index offers_of_ticket on offers (ticket_id, made_at desc)`.execute(db)
  await sql`create index offers_of_staff on offers (staff_id, made_at desc)`.execute(db)
  await sql`
    create table presence (
      staff_id bigint not null references staff,
      process text not null,
      seen_at timestamptz not null,
      primary key (staff_id, process)
    )`.execute(db)
  await sql`
    create table alarms (
      id bigint generated always as identity primary key,
      kind text not null check (kind in ('nobody_eligible', 'offers_refused', 'complaint', 'job_failed')),
      ticket_id bigint references tickets,
      subject text,
      raised_at timestamptz not null,
      settled_at timestamptz,
      settled_by bigint references staff
    )`.execute(db)
  await sql`create unique index alarms_one_open on alarms (kind, coalesce(ticket_id, 0), coalesce(subject, '')) where settled_at is null`.execute(
    db,
  )
}
