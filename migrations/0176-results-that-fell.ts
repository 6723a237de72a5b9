import { type Kysely, sql } from 'kysely'

/**
 * What followed from a result that no longer stands falls with it, by itself or by a hand that says why; and whoever had a part
 * in an earlier version has had a part.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table appraisal_measures
    add column withdrawn_by bigint references staff,
    add column withdrawn_at timestamptz,
    add column withdrawal text not null default '',
    drop constraint appraisal_measures_once`,
  // Until now the word of whoever took it back stood in the place of the decision.
  `update appraisal_measures set withdrawal = decision, decision = '' where state = 'withdrawn' and reviewed_at is null and decided_at is null`,
  `create unique index appraisal_measures_once on appraisal_measures (appraisal_id, kind)
    where state not in ('executed', 'declined', 'withdrawn')`,
  `alter table appraisals add column earlier_parts bigint[] not null default '{}'`,
]
