import { type Kysely, sql } from 'kysely'

/**
 * Who has a conversation open and who writes in it, as each web process sees it; gone with the page. Unlogged, and without
 * foreign keys: a look must never wait for the row of a busy conversation, and a crash may forget all of them.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create unlogged table looks (
      ticket_id bigint not null,
      staff_id bigint not null,
      process text not null,
      writing text check (writing in ('customer', 'colleagues')),
      seen_at timestamptz not null,
      primary key (ticket_id, staff_id, process)
    )`.execute(db)
  await sql`create index looks_by_time on looks (seen_at)`.execute(db)
}
