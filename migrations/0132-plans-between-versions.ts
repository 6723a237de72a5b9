import { type Kysely, sql } from 'kysely'

/**
 * HR's open changes of a published month remember the version they began from, so that a swap that comes between is told
 * and not lost; a search for a roster says when a process was last at it, so that nobody takes it up twice.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table roster_months add column draft_from integer constraint roster_months_draft_from check (draft_from between 1 and version)`,
  `alter table roster_edits add column version integer not null default 0`,
  `alter table roster_runs add column seen_at timestamptz`,
]
