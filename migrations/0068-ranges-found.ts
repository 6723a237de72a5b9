import { type Kysely, sql } from 'kysely'

/** Indexes are built while people write; every step may be repeated. */
export const concurrent = true

/** Who asked from a range lately, and which measures hold for it. */
export async function up(db: Kysely<any>): Promise<void> {
  for (const [name, on] of [
    ['visitors_by_range', `visitors (range_hash, range_at) where range_hash is not null`],
    ['abuse_cases_by_range', `abuse_cases (range_hash) where range_hash is not null`],
  ] as const) {
    // One that was cut off half built is there and serves nobody.
    await sql`drop index concurrently if exists ${sql.ref(name)}`.execute(db)
    await sql`create index concurrently ${sql.ref(name)} on ${sql.raw(on)}`.execute(db)
  }
}
