import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table attendances (
      id bigint generated always as identity primary key,
      shift_id bigint not null references shifts constraint attendances_once_a_shift unique,
      staff_id bigint not null references staff,
      checked_in_at timestamptz not null,
      arrival text not null check (arrival in ('ready', 'late_for_handover', 'late')),
      minutes_late integer not null default 0,
      checked_out_at timestamptz
    )`.execute(db)
  await sql`create unique index attendances_one_open on attendances (staff_id) where checked_out_at is null`.execute(db)
  await sql`
    create table breaks (
      id bigint generated always as identity primary key,
      attendance_id bigint not null references attendances,
      started_at timestamptz not null,
      ends_by timestamptz not null,
      ended_at timestamptz
    )`.execute(db)
  await sql`create unique index breaks_one_open on breaks (attendance_id) where ended_at is null`.execute(db)
}
