import { once } from 'node:events'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Manifest } from './archive.ts'

type Table = Manifest['tables'][number]

/**
 * What is not carried over: what the program knows of the present moment (who has a page open), what Kysely writes when
 * a database is made, and the sessions of staff (decision 0012: nobody who was signed out since comes back signed in).
 * BullMQ's schema stands beside `public` and is rebuilt from rows that are due.
 */
const LEFT_OUT = ['presence', 'looks', 'sessions', 'kysely_migration', 'kysely_migration_lock']

/** Every table that is carried over, with the columns that are not computed. */
export async function listTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select t.table_name as name, array_agg(c.column_name::text order by c.ordinal_position) as columns
     from information_schema.tables t
     join information_schema.columns c on c.table_schema = t.table_schema and c.table_name = t.table_name and c.is_generated = 'NEVER'
     where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and t.table_name <> all($1)
     group by t.table_name order by t.table_name`,
    [LEFT_OUT],
  )
  return rows
}

export async function listMigrations(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name')
  return rows.map(({ name }) => name)
}

/** How far every sequence has counted; `0` where it has not begun. */
export async function readSequences(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; last: string | null }>(
    `select sequencename as name, last_value as last from pg_sequences where schemaname = 'public'`,
  )
  return Object.fromEntries(rows.map(({ name, last }) => [name, last ?? '0']))
}

export async function setSequences(client: pg.Client, sequences: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, last] of Object.entries(sequences))
    if (last !== '0') await client.query('select setval($1::regclass, $2)', [quoted(name), last])
}

/** Hands a table out in pieces of about this size; returns how many rows there were. */
export async function copyOut(
  client: pg.Client,
  table: Table,
  pieceBytes: number,
  take: (piece: Buffer) => Promise<void>,
): Promise<number> {
  const stream = client.query(copyTo(`copy ${target(table)} to stdout`))
  let waiting: Buffer[] = []
  let bytes = 0
  const hand = async (): Promise<void> => {
    if (bytes > 0) await take(Buffer.concat(waiting))
    waiting = []
    bytes = 0
  }
  for await (const piece of stream) {
    waiting.push(piece as Buffer)
    bytes += (piece as Buffer).byteLength
    if (bytes >= pieceBytes) await hand()
  }
  await hand()
  return stream.rowCount
}

/** A table being filled: pieces in their order, then the end. */
export function openCopyIn(client: pg.Client, table: Table) {
  const stream = client.query(copyFrom(`copy ${target(table)} from stdin`))
  const failed = once(stream, 'error').then(([error]) => Promise.reject(error))
  const ended = once(stream, 'finish')
  failed.catch(() => undefined) // heard where the next piece or the end is awaited
  return {
    write: async (piece: Buffer): Promise<void> => {
      if (!stream.write(piece)) await Promise.race([once(stream, 'drain'), failed])
    },
    end: async (): Promise<number> => {
      stream.end()
      await Promise.race([ended, failed])
      return stream.rowCount
    },
  }
}

type ForeignKey = { readonly name: string; readonly on: string; readonly definition: string }

/**
 * Takes the foreign keys off, because tables point at each other in circles, and gives back how to put them on again,
 * which checks every row.
 */
export async function withoutForeignKeys(client: pg.Client, act: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<ForeignKey>(
    `select conname as name, conrelid::regclass::text as on, pg_get_constraintdef(oid) as definition
     from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace order by conname`,
  )
  for (const { name, on } of rows) await client.query(`alter table ${on} drop constraint ${quoted(name)}`)
  await act()
  for (const { name, on, definition } of rows)
    await client.query(`alter table ${on} add constraint ${quoted(name)} ${definition}`)
}

/**
 * What is noted elsewhere whenever a row comes (triggers after an insert) stands in the backup already: noted once more it
 * would take the place of what was. Triggers before an insert, and those that refuse a change, stay.
 */
export async function withoutNotes(client: pg.Client, act: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; on: string }>(
    `select tgname as name, tgrelid::regclass::text as on from pg_trigger join pg_class c on c.oid = tgrelid
     where not tgisinternal and c.relnamespace = 'public'::regnamespace and tgtype & 5 = 5 and tgtype & 66 = 0`,
  )
  for (const { name, on } of rows) await client.query(`alter table ${on} disable trigger ${quoted(name)}`)
  await act()
  for (const { name, on } of rows) await client.query(`alter table ${on} enable trigger ${quoted(name)}`)
}

/** What migrations have put into a new database gives way to what stood in the old one. */
export async function clear(client: pg.Client, { name }: Table): Promise<void> {
  const { rows } = await client.query<{ any: boolean }>(`select exists (select from ${quoted(name)}) as any`)
  if (rows[0]?.any) await client.query(`delete from ${quoted(name)}`)
}

export async function isEmpty(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S') limit 1`,
  )
  return rows.length === 0
}

/** A database as empty as it was found. */
export async function wipe(client: pg.Client): Promise<void> {
  await client.query('drop schema if exists public cascade; create schema public')
}

const target = ({ name, columns }: Table): string => `${quoted(name)} (${columns.map(quoted).join(', ')})`
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
