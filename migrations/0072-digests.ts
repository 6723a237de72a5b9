import { type Kysely, sql } from 'kysely'

/** What is written at set times: a department's morning and the night in ten lines. `due_at` is what the ticker looks at. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table digests (
      id bigint generated always as identity primary key,
      department_id bigint not null references departments,
      day date not null,
      state text not null constraint digests_state check (state in ('due', 'sent', 'empty')),
      due_at timestamptz not null,
      fresh integer,
      overdue integer,
      written_at timestamptz,
      constraint digests_once unique (department_id, day)
    )`.execute(db)
  await sql`create index digests_due on digests (due_at) where state = 'due'`.execute(db)
  await sql`
    create table night_briefs (
      id bigint generated always as identity primary key,
      night date not null constraint night_briefs_once unique,
      state text not null constraint night_briefs_state check (state in ('due', 'draft', 'sent', 'empty')),
      draft_at timestamptz not null,
      due_at timestamptz not null,
      lines jsonb,
      words text not null default '',
      version integer not null default 1,
      edited_by bigint references staff,
      edited_at timestamptz,
      sent_at timestamptz,
      sent_by bigint references staff
    )`.execute(db)
  await sql`create index night_briefs_due on night_briefs (due_at) where state in ('due', 'draft')`.execute(db)
}
