import { type Kysely, sql } from 'kysely'

/** That a roster is to be published, or a department to say what it needs, is told once a step (REGULATION row 19). */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table roster_reminders (
      month text not null constraint roster_reminders_month check (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      what text not null constraint roster_reminders_what check (what in ('input', 'publication')),
      step text not null constraint roster_reminders_step check (step in ('open', 'three', 'two', 'one', 'late')),
      made_at timestamptz not null,
      constraint roster_reminders_pkey primary key (month, what, step)
    )`.execute(db)
}
