import { type Kysely, sql } from 'kysely'

/** Who was reminded to come and of whom the duty manager was told that they are late, each once; and wrong codes, so that nobody guesses one (REGULATION row 25). */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table arrival_tellings (
    shift_id bigint not null references shifts on delete cascade,
    staff_id bigint not null references staff,
    what text not null constraint arrival_tellings_what check (what in ('arrive', 'late')),
    at timestamptz not null,
    constraint arrival_tellings_once primary key (shift_id, staff_id, what)
  )`,
  `create table wrong_codes (
    id bigint generated always as identity primary key,
    staff_id bigint not null references staff, at timestamptz not null
  )`,
  `create index wrong_codes_of on wrong_codes (staff_id, at)`,
]
