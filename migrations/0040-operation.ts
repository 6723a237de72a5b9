import { type Kysely, sql } from 'kysely'

/** Who is at work: one row a process, written every five seconds, gone with an orderly end. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table processes (
      name text primary key,
      role text not null,
      version text not null,
      runtime text not null,
      started_at timestamptz not null,
      seen_at timestamptz not null,
      facts jsonb not null
    )`.execute(db)
  // For looking back over the last hour; costs an insert next to nothing.
  await sql`create index events_by_time on events using brin (at) with (pages_per_range = 16)`.execute(db)
}
