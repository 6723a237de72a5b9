import { type Kysely, sql } from 'kysely'

/**
 * How often the words of messages come is counted by taking thirty thousand of them apart, which costs seconds: in a
 * flood not with each tenth that comes on top, as elsewhere, but with each quarter.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table messages set (autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.25)`.execute(
    db,
  )
}
