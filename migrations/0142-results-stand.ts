import { type Kysely, sql } from 'kysely'

/** A published result never changes: whatever changes it is a new row that says why. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create function refuse_change_of_appraisal_results() returns trigger language plpgsql as $$
    begin
      raise exception 'appraisal_results is insert-only' using errcode = 'restrict_violation';
    end $$`.execute(db)
  await sql`
    create trigger appraisal_results_are_insert_only before update or delete or truncate on appraisal_results
    for each statement execute function refuse_change_of_appraisal_results()`.execute(db)
}
