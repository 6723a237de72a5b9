import { type Kysely, sql } from 'kysely'

/**
 * How somebody came, who did not come and what was done about it, who left their post for a while with whose cover, and the
 * places whose screens show a code (REGULATION rows 25 and 55). Nothing here is ever overwritten by a later word.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table places (
    id bigint generated always as identity primary key,
    name text not null constraint places_name check (length(name) between 1 and 80),
    secret bytea not null constraint places_secret check (octet_length(secret) = 32),
    made_by bigint not null references staff, made_at timestamptz not null,
    closed_by bigint references staff, closed_at timestamptz,
    constraint places_closed check ((closed_by is null) = (closed_at is null))
  )`,
  `alter table attendances add column how text not null default 'button'
    constraint attendances_how check (how in ('button', 'office', 'code', 'witness'))`,
  `alter table attendances add column place_id bigint references places`,
  `alter table attendances add column witness_id bigint references staff`,
  `alter table attendances add constraint attendances_proof
    check ((how = 'code') = (place_id is not null) and (how = 'witness') = (witness_id is not null) and witness_id is distinct from staff_id)`,
  // Somebody who was replaced has not come to a shift that is another's now.
  `create table absences (
    id bigint generated always as identity primary key,
    shift_id bigint references shifts on delete set null,
    staff_id bigint not null references staff,
    post text not null, night date not null, starts_at timestamptz not null, ends_at timestamptz not null,
    missing_at timestamptz not null,
    came_at timestamptz, absent_at timestamptz,
    replaced_by bigint references staff, replaced_at timestamptz, decided_by bigint references staff,
    excused_by bigint references staff, excused_at timestamptz, excuse text constraint absences_excuse check (length(excuse) between 1 and 1000),
    constraint absences_once unique (shift_id, staff_id),
    constraint absences_replaced check ((replaced_by is null) = (replaced_at is null)),
    constraint absences_excused check ((excused_by is null) = (excused_at is null) and (excused_by is null) = (excuse is null)),
    constraint absences_not_own_excuse check (excused_by is distinct from staff_id)
  )`,
  `create index absences_open on absences (ends_at) where came_at is null and absent_at is null`,
  `create index absences_of_night on absences (night)`,
  `alter table breaks add column kind text not null default 'break' constraint breaks_kind check (kind in ('break', 'slip'))`,
  `alter table breaks add column overdue_at timestamptz`,
  `create index breaks_overdue on breaks (ends_by) where ended_at is null and kind = 'slip' and overdue_at is null`,
  `create table leave_slips (
    id bigint generated always as identity primary key,
    attendance_id bigint not null references attendances,
    cover_id bigint not null references staff,
    reason text not null constraint leave_slips_reason check (length(reason) between 1 and 200),
    state text not null constraint leave_slips_state check (state in ('asked', 'away', 'back', 'declined', 'withdrawn')),
    asked_at timestamptz not null, answered_at timestamptz,
    break_id bigint references breaks
  )`,
  `create unique index leave_slips_one_open on leave_slips (attendance_id) where state in ('asked', 'away')`,
  `create index leave_slips_of_cover on leave_slips (cover_id) where state = 'asked'`,
]
