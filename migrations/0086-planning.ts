import { type Kysely, sql } from 'kysely'

/**
 * The month as HR plans it (REGULATION 4): a draft with its cells, what each night needs, what is known of people for
 * that and is HR's alone, and each published version as it was. `shifts` stays the only truth of who stands where.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table staff_planning (
    staff_id bigint primary key references staff,
    birth_date date,
    sex text constraint staff_planning_sex check (sex in ('female', 'male')),
    protected_from date, protected_to date,
    trained_until date,
    most_nights integer constraint staff_planning_most_nights check (most_nights between 0 and 31),
    changed_by bigint not null references staff, changed_at timestamptz not null,
    constraint staff_planning_protected check (protected_from is null or protected_to is null or protected_from <= protected_to)
  )`,
  `create table staff_leaves (
    id bigint generated always as identity primary key,
    staff_id bigint not null references staff,
    first_day date not null, last_day date not null,
    made_by bigint not null references staff, made_at timestamptz not null,
    cancelled_by bigint references staff, cancelled_at timestamptz,
    constraint staff_leaves_order check (first_day <= last_day),
    constraint staff_leaves_cancelled check ((cancelled_by is null) = (cancelled_at is null)),
    constraint staff_leaves_apart exclude using gist (staff_id with =, daterange(first_day, last_day, '[]') with &&) where (cancelled_at is null)
  )`,
  `create table roster_wishes (
    staff_id bigint not null references staff, night date not null,
    wish text not null constraint roster_wishes_wish check (wish in ('want', 'avoid')),
    made_at timestamptz not null,
    constraint roster_wishes_pkey primary key (staff_id, night)
  )`,
  `create table roster_months (
    month text primary key constraint roster_months_month check (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
    state text not null constraint roster_months_state check (state in ('draft', 'ready', 'published', 'frozen')),
    version integer not null default 0,
    opened_by bigint references staff, opened_at timestamptz not null,
    published_at timestamptz, published_by bigint references staff,
    constraint roster_months_published check ((state in ('draft', 'ready')) = (version = 0))
  )`,
  `create table roster_cells (
    id bigint generated always as identity primary key,
    month text not null references roster_months,
    night date not null,
    post text not null constraint roster_cells_post check (post in ('service', 'technician', 'guard', 'manager')),
    staff_id bigint not null references staff,
    backup boolean not null default false, locked boolean not null default false,
    why jsonb,
    constraint roster_cells_once unique (night, staff_id),
    constraint roster_cells_month check (to_char(night, 'YYYY-MM') = month),
    constraint roster_cells_backup check (not backup or post = 'manager')
  )`,
  `create index roster_cells_of_month on roster_cells (month, night)`,
  `create table roster_needs (
    night date not null,
    post text not null constraint roster_needs_post check (post in ('service', 'technician', 'guard', 'manager')),
    heads integer constraint roster_needs_heads check (heads between 0 and 50),
    gap_reason text constraint roster_needs_reason check (length(gap_reason) between 1 and 500),
    changed_by bigint not null references staff, changed_at timestamptz not null,
    constraint roster_needs_pkey primary key (night, post)
  )`,
  `create table roster_inputs (
    month text not null, department_id bigint not null references departments,
    note text not null constraint roster_inputs_note check (length(note) <= 2000),
    given_by bigint not null references staff, given_at timestamptz not null,
    constraint roster_inputs_pkey primary key (month, department_id)
  )`,
  `create table roster_edits (
    id bigint generated always as identity primary key,
    month text not null references roster_months, staff_id bigint not null references staff,
    before jsonb not null, after jsonb not null,
    at timestamptz not null, undone_at timestamptz
  )`,
  `create index roster_edits_of on roster_edits (month, staff_id, id desc) where undone_at is null`,
  `create table roster_versions (
    month text not null references roster_months, version integer not null,
    at timestamptz not null, by bigint references staff,
    why text not null constraint roster_versions_why check (why in ('published', 'changed', 'left', 'swap', 'replaced')),
    reason text, leader_id bigint references staff,
    late boolean not null,
    cells jsonb not null, findings jsonb not null,
    constraint roster_versions_pkey primary key (month, version),
    constraint roster_versions_signed check ((reason is null) = (leader_id is null))
  )`,
  `create function roster_versions_stay() returns trigger language plpgsql as $$
    begin raise exception 'a published version of the roster is never changed'; end $$`,
  `create trigger roster_versions_stay before update or delete on roster_versions for each row execute function roster_versions_stay()`,
  `create trigger roster_versions_stay_whole before truncate on roster_versions for each statement execute function roster_versions_stay()`,
  `create table roster_runs (
    id bigint generated always as identity primary key,
    month text not null references roster_months,
    state text not null constraint roster_runs_state check (state in ('asked', 'running', 'done', 'cancelled', 'failed')),
    asked_by bigint not null references staff, asked_at timestamptz not null,
    seconds integer not null constraint roster_runs_seconds check (seconds between 1 and 600),
    started_at timestamptz, ended_at timestamptz,
    progress integer not null default 0 constraint roster_runs_progress check (progress between 0 and 100),
    result jsonb
  )`,
  `create unique index roster_runs_one on roster_runs (month) where state in ('asked', 'running')`,
  `create index roster_runs_asked on roster_runs (id) where state in ('asked', 'running')`,
]
