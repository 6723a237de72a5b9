import { type Kysely, sql } from 'kysely'

/**
 * What is due from whom, when, and what became of it: the one table that boards, supervision and the appraisal read.
 * It is owed by a person, or by whoever
 * answers on a post or in a department. The shift that brought it may be gone when that is heard, so it is not referred to.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table obligations (
      id bigint generated always as identity primary key,
      kind text not null,
      clause smallint not null constraint obligations_clause check (clause between 1 and 73),
      staff_id bigint references staff,
      post text constraint obligations_post check (post in ('service', 'technician', 'guard', 'manager')),
      department_id bigint references departments,
      shift_id bigint,
      subject text not null,
      part text not null,
      opens_at timestamptz,
      due_at timestamptz not null,
      grace_minutes integer not null,
      late_at timestamptz not null,
      missed_at timestamptz,
      state text not null constraint obligations_state check (state in ('due', 'done', 'late', 'missed', 'excused')),
      done_at timestamptz,
      done_by bigint references staff,
      path text,
      record text,
      next_at timestamptz,
      excused_at timestamptz,
      excused_by bigint references staff,
      excused_from text constraint obligations_excused_from check (excused_from in ('late', 'missed')),
      excuse_reason text,
      excuse_link text,
      made_at timestamptz not null,
      version integer not null default 0,
      constraint obligations_of_somebody check (staff_id is not null or post is not null or department_id is not null),
      constraint obligations_late_after_due check (late_at >= due_at and (missed_at is null or missed_at >= late_at)),
      constraint obligations_excused_by_somebody check ((state = 'excused') = (excused_by is not null)),
      constraint obligations_once unique nulls not distinct (kind, subject, part, staff_id)
    )`.execute(db)
  await sql`create index obligations_next on obligations (next_at, id) where next_at is not null`.execute(db)
  await sql`create index obligations_of_staff on obligations (staff_id, due_at)`.execute(db)
  await sql`create index obligations_by_time on obligations (due_at, id)`.execute(db)
  await sql`create index obligations_of_shift on obligations (shift_id) where shift_id is not null`.execute(db)
  await sql`create index obligations_by_subject on obligations (subject)`.execute(db)
}
