import { type Kysely, sql } from 'kysely'

/** Published nights ahead that nobody leads (REGULATION rows 5 and 8), so that each is told once and rings once. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table unled_nights (
      night date not null,
      code text not null,
      since timestamptz not null,
      rung boolean not null default false,
      primary key (night, code)
    )`.execute(db)
}
