import { sql } from 'kysely'
import type { ProcessFacts } from '../platform/tables.ts'
import type { Reader } from '../schema.ts'

export type ProcessRow = {
  readonly name: string
  readonly role: string
  readonly version: string
  readonly runtime: string
  readonly startedAt: Date
  readonly seenAt: Date
  readonly facts: ProcessFacts
}

export async function listProcesses(db: Reader): Promise<ProcessRow[]> {
  const rows = await db.selectFrom('processes').selectAll().orderBy('role').orderBy('started_at').execute()
  return rows.map(({ started_at, seen_at, ...row }) => ({ ...row, startedAt: started_at, seenAt: seen_at }))
}

/** What the relay has still to tell: rows, and how long the oldest has waited, in seconds. */
export async function readOutbox(db: Reader, now: Date): Promise<{ rows: number; oldestSeconds: number }> {
  const { rows } = await sql<{ rows: number; oldest: Date | null }>`
    select count(*)::int as rows, min(at) as oldest from outbox`.execute(db)
  const { oldest = null, rows: waiting = 0 } = rows[0] ?? {}
  return { rows: waiting, oldestSeconds: oldest ? Math.max(0, (now.getTime() - oldest.getTime()) / 1000) : 0 }
}

export type HouseFigures = {
  readonly ticketsWaiting: number
  readonly offersOpen: number
  readonly alarmsOpen: number
  readonly mailsWaiting: number
}

export async function readHouse(db: Reader): Promise<HouseFigures> {
  const { rows } = await sql<HouseFigures>`
    select
      (select count(*)::int from tickets where state = 'queued') as "ticketsWaiting",
      (select count(*)::int from offers where state = 'made') as "offersOpen",
      (select count(*)::int from alarms where settled_at is null) as "alarmsOpen",
      (select count(*)::int from outgoing_mails where state in ('pending', 'sending')) as "mailsWaiting"`.execute(db)
  return rows[0] ?? { ticketsWaiting: 0, offersOpen: 0, alarmsOpen: 0, mailsWaiting: 0 }
}

/** The server's version, the size of the database in bytes, and the newest migration. */
export async function readDatabase(db: Reader): Promise<{ version: string; bytes: number; migration: string }> {
  const { rows } = await sql<{ version: string; bytes: string; migration: string }>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes,
      (select max(name) from kysely_migration) as migration`.execute(db)
  const { version = '', bytes = '0', migration = '' } = rows[0] ?? {}
  return { version, bytes: Number(bytes), migration }
}
