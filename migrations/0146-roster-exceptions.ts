import { type Kysely, sql } from 'kysely'

/**
 * A shift put in, changed or taken out by hand against a hard rule stands with what it broke, the reason and the name of the
 * leader who answers for it (REGULATION row 3). The shift may be gone by then: night, post and person say which it was.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table roster_exceptions (
    id bigint generated always as identity primary key,
    night date not null,
    post text not null constraint roster_exceptions_post check (post in ('manager', 'technician', 'service', 'guard')),
    staff_id bigint not null references staff,
    what text not null constraint roster_exceptions_what check (what in ('added', 'changed', 'removed')),
    reason text not null constraint roster_exceptions_reason check (length(reason) between 1 and 500),
    leader_id bigint not null references staff,
    made_by bigint not null references staff,
    made_at timestamptz not null,
    findings jsonb not null constraint roster_exceptions_findings check (jsonb_typeof(findings) = 'array')
  )`,
  `create index roster_exceptions_night on roster_exceptions (night)`,
]
