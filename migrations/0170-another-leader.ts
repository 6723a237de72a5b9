import { type Kysely, sql } from 'kysely'

/** Whoever enters what breaks a hard rule is not the leader who answers for it (REGULATION row 3); rows of before stay as they are. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table roster_signatures add constraint roster_signatures_another check (named_by is distinct from leader_id) not valid`.execute(
    db,
  )
}
