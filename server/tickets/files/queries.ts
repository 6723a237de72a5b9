import { sql } from 'kysely'
import type { MessageId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import { FILE_CODE, type FileDetails } from './rules.ts'

export type StoredMessageFile = FileDetails & { readonly name: string }

/** The file of one message; undefined where that number is none, or words. */
export async function findFile(db: Reader, ticketId: TicketId, seq: number): Promise<StoredMessageFile | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(['body', 'details'])
    .where('ticket_id', '=', ticketId)
    .where('seq', '=', seq)
    .where('code', '=', FILE_CODE)
    .executeTakeFirst()
  return row?.details ? { ...(row.details as unknown as FileDetails), name: row.body } : undefined
}

/** What came under this client id before, so that a second sending stores nothing. */
export async function findSent(
  db: Reader,
  ticketId: TicketId,
  author: string,
  clientId: string,
): Promise<{ seq: number; id: MessageId; at: Date } | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(['seq', 'id', 'at'])
    .where('ticket_id', '=', ticketId)
    .where('author', '=', author)
    .where('client_id', '=', clientId)
    .where('code', '=', FILE_CODE)
    .executeTakeFirst()
  return row && { ...row, id: row.id as MessageId }
}

export async function countFiles(db: Reader, ticketId: TicketId): Promise<number> {
  const { n } = await db
    .selectFrom('messages')
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .where('ticket_id', '=', ticketId)
    .where('code', '=', FILE_CODE)
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** A file that is about to be stored: what no message names within the hour is swept away. */
export const noteIncoming = (db: Reader, fileId: string, at: Date) =>
  db.insertInto('incoming_files').values({ file_id: fileId, at }).execute()

export const forgetIncoming = (tx: Pick<Tx, 'db'>, fileId: string) =>
  tx.db.deleteFrom('incoming_files').where('file_id', '=', fileId).execute()

export async function listForgotten(
  db: Reader,
  before: Date,
  limit: number,
): Promise<{ id: string; version: number }[]> {
  const { rows } = await sql<{ id: string }>`
    select file_id as id from incoming_files where at < ${before} order by at limit ${limit}`.execute(db)
  return rows.map(({ id }) => ({ id, version: 0 }))
}
