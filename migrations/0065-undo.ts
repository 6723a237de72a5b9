import { type Kysely, sql } from 'kysely'

/** What a resolve ended is known, so that taking it back brings it back; and who resolved, because only they take it back. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table promises add column ended_with_round integer`.execute(db)
  await sql`
    alter table promises add constraint promises_end_with_round_when_ended
    check (ended_with_round is null or state in ('kept', 'broken', 'void')) not valid`.execute(db)
  await sql`alter table promises validate constraint promises_end_with_round_when_ended`.execute(db)
  await sql`alter table tickets add column resolved_by bigint references staff`.execute(db)
}
