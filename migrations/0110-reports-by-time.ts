import { type Kysely, sql } from 'kysely'

/** An index is built while people write; it may be repeated. */
export const concurrent = true

/** What a night came to is found by when it happened. */
export async function up(db: Kysely<any>): Promise<void> {
  for (const [name, on] of INDEXES) {
    await sql`drop index concurrently if exists ${sql.ref(name)}`.execute(db)
    await sql`create index concurrently ${sql.ref(name)} on ${sql.raw(on)}`.execute(db)
  }
}

const INDEXES = [
  ['tickets_by_resolution', 'tickets (resolved_at) where resolved_at is not null'],
  ['escalations_by_sending', 'escalations (sent_at) where sent_at is not null'],
  ['promises_by_due', 'promises (due_at)'],
] as const
