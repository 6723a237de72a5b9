import { type Kysely, sql } from 'kysely'

/** Indexes are built while people write; every step may be repeated. */
export const concurrent = true

/** One row a day: what was erased because its time was over. And what finds it among years of conversations. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table if not exists retention_runs (
      day date primary key,
      at timestamptz not null,
      counts jsonb not null
    )`.execute(db)
  for (const [name, on] of [
    [
      'tickets_to_erase',
      `tickets (coalesce(closed_at, last_message_at)) where erased_at is null and state in ('closed', 'merged', 'spam')`,
    ],
    ['messages_files_by_time', `messages (at) where code = 'file'`],
    ['visitors_by_end', `visitors (expires_at)`],
  ] as const) {
    // One that was cut off half built is there and serves nobody.
    await sql`drop index concurrently if exists ${sql.ref(name)}`.execute(db)
    await sql`create index concurrently ${sql.ref(name)} on ${sql.raw(on)}`.execute(db)
  }
}
