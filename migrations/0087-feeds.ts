import { type Kysely, sql } from 'kysely'

/** A person's own shifts as a calendar that other programs ask for: by a link that is its key, one at a time. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table roster_feeds (
      staff_id bigint primary key references staff,
      token_hash bytea not null constraint roster_feeds_token unique,
      made_at timestamptz not null
    )`.execute(db)
}
