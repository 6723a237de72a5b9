import { type Kysely, sql } from 'kysely'

/** A case of a false record, and an objection against it, is decided in its days; once these are over it goes one level up, once. */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table false_records add column decide_due_at timestamptz, add column decide_told_at timestamptz`,
  // What waits already gets a week from now on, or from the end of the days for the person's word.
  `update false_records set decide_due_at = greatest(now(), statement_due_at) + interval '7 days' where state in ('opened', 'objected')`,
  `create index false_records_decide_due on false_records (decide_due_at)
    where decide_told_at is null and state in ('opened', 'objected')`,
]
