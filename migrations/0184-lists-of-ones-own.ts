import { type Kysely, sql } from 'kysely'

/** One's own lists are read page by page, down to the first entry. */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create index commendations_of_nominator on commendations (nominated_by, id desc) where nominated_by is not null`,
  `create index praises_of_staff on praises (staff_id, heard_at desc, id desc)`,
  `create index coaching_requests_of_staff on coaching_requests (staff_id, id desc)`,
]
