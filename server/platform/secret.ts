import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'

/** 32 random bytes under this name, made when first asked for and kept in the database; every process gets the same. */
export async function secretNamed<DB>(db: Kysely<DB>, name: string): Promise<Buffer> {
  await sql`insert into secrets (name, value) values (${name}, ${randomBytes(32)}) on conflict do nothing`.execute(db)
  const { rows } = await sql<{ value: Buffer }>`select value from secrets where name = ${name}`.execute(db)
  const [row] = rows
  if (!row) throw new Error(`the secret ${name} was not kept`)
  return row.value
}
