import { type Kysely, sql } from 'kysely'

/**
 * What was recorded of coming and going is never overwritten: a correction stands beside it, with its reason, who asked for it
 * and who else decided. `attended` is how a shift was attended by what holds now. Whoever goes off post and comes back leaves
 * a stretch in which nothing was worked (REGULATION rows 25 and 58; 2, SHIFT: completed, locked after 24 hours).
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const latest = (what: 'came' | 'left', columns: string): string => `left join lateral (
    select ${columns} from attendance_corrections c
    where c.shift_id = s.id and c.staff_id = s.staff_id and c.what = '${what}' and c.state = 'approved'
    order by c.decided_at desc, c.id desc limit 1) ${what} on true`

const STATEMENTS = [
  `alter table breaks drop constraint breaks_kind`,
  `alter table breaks add constraint breaks_kind check (kind in ('break', 'slip', 'off')) not valid`,
  `alter table breaks validate constraint breaks_kind`,
  `create table attendance_corrections (
    id bigint generated always as identity primary key,
    shift_id bigint not null references shifts,
    staff_id bigint not null references staff,
    what text not null constraint attendance_corrections_what check (what in ('came', 'left')),
    at timestamptz not null,
    reason text not null constraint attendance_corrections_reason check (length(reason) between 1 and 500),
    asked_by bigint not null references staff, asked_at timestamptz not null,
    state text not null constraint attendance_corrections_state check (state in ('asked', 'approved', 'refused', 'withdrawn')),
    decided_by bigint references staff, decided_at timestamptz,
    answer text constraint attendance_corrections_answer check (length(answer) between 1 and 500),
    arrival text constraint attendance_corrections_arrival check (arrival in ('ready', 'late_for_handover', 'late')),
    minutes_late integer,
    constraint attendance_corrections_decided check ((state in ('approved', 'refused')) = (decided_by is not null) and (decided_by is null) = (decided_at is null)),
    constraint attendance_corrections_not_own check (decided_by is distinct from staff_id),
    constraint attendance_corrections_arrived check ((state = 'approved' and what = 'came') = (arrival is not null) and (arrival is null) = (minutes_late is null))
  )`,
  `create unique index attendance_corrections_one_asked on attendance_corrections (shift_id, staff_id, what) where state = 'asked'`,
  `create index attendance_corrections_of on attendance_corrections (shift_id, staff_id)`,
  `create index attendance_corrections_asked on attendance_corrections (asked_at) where state = 'asked'`,
  `create view attended as
    select s.id as shift_id, s.staff_id, a.id as attendance_id, coalesce(came.at, a.checked_in_at) as came_at,
      coalesce("left".at, a.checked_out_at) as left_at, coalesce(came.arrival, a.arrival) as arrival,
      coalesce(came.minutes_late, a.minutes_late, 0) as minutes_late, a.how
    from shifts s left join attendances a on a.shift_id = s.id and a.staff_id = s.staff_id
    ${latest('came', 'c.id, c.at, c.arrival, c.minutes_late')}
    ${latest('left', 'c.id, c.at').replace(/ left on true$/, ' "left" on true')}
    where a.id is not null or came.id is not null`,
]
