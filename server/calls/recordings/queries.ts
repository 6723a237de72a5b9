import { type Selectable, sql } from 'kysely'
import type { CallId, RecordingId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { CallTables } from '../tables.ts'
import type { AudioFile, RecordingKind, WhyNotKept } from './rules.ts'

export type RecordingRow = Omit<Selectable<CallTables['call_recordings']>, 'id' | 'call_id' | 'file'> & {
  id: RecordingId
  call_id: CallId
  file: AudioFile | null
}

/** Undefined where this address was named for this call before. */
export async function insertRecording(
  tx: Tx,
  one: { callId: CallId; kind: RecordingKind; url: string; urlKey: Buffer; refused: WhyNotKept | null },
): Promise<RecordingId | undefined> {
  const row = await tx.db
    .insertInto('call_recordings')
    .values({
      call_id: one.callId,
      kind: one.kind,
      url: one.url,
      url_key: one.urlKey,
      state: one.refused ? 'refused' : 'due',
      due_at: one.refused ? null : tx.now,
      why: one.refused,
      file: null,
      made_at: tx.now,
      settled_at: one.refused ? tx.now : null,
    })
    .onConflict((conflict) => conflict.constraint('call_recordings_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as RecordingId | undefined
}

/** @throws NotFound */
export async function lockRecording(tx: Tx, id: RecordingId): Promise<RecordingRow> {
  const row = await tx.db.selectFrom('call_recordings').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return row as RecordingRow
}

type Change = Partial<Pick<RecordingRow, 'state' | 'due_at' | 'attempts' | 'why' | 'name' | 'settled_at'>> & {
  file?: AudioFile | null
}
export const setRecording = (tx: Tx, id: RecordingId, { file, ...change }: Change) =>
  tx.db
    .updateTable('call_recordings')
    .set({ ...change, ...(file === undefined ? {} : { file: file && JSON.stringify(file) }) })
    .where('id', '=', id)
    .execute()

/** Waiting to be fetched; or on their way for so long that their process is lost. */
export async function listDueRecordings(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: RecordingId; version: number; at: Date }[]> {
  const rows = await db
    .selectFrom('call_recordings')
    .select(['id', 'attempts', 'due_at'])
    .where('due_at', '<=', now)
    .where('state', 'in', ['due', 'fetching'])
    .orderBy('due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as RecordingId, version: row.attempts, at: row.due_at ?? now }))
}

export type Fetching = { url: string; hosts: string[]; beganAt: Date; kind: RecordingKind }
export async function fetchingOf(db: Reader, id: RecordingId): Promise<Fetching> {
  const { rows } = await sql<Fetching>`
    select r.url, l.recording_hosts as hosts, k.began_at as "beganAt", r.kind from call_recordings r
    join calls k on k.id = r.call_id join phone_lines l on l.id = k.line_id where r.id = ${id}`.execute(db)
  const [row] = rows
  if (!row) throw new NotFound()
  return row
}

/** What is played, and whose call it was. */
export async function findStored(
  db: Reader,
  id: RecordingId,
): Promise<
  | { file: AudioFile; name: string; answeredBy: StaffId | null; ticketId: TicketId | null; kind: RecordingKind }
  | undefined
> {
  const { rows } = await sql<{
    file: AudioFile
    name: string | null
    answered_by: StaffId | null
    ticket_id: TicketId | null
    kind: RecordingKind
  }>`
    select r.file, r.name, r.kind, k.answered_by, k.ticket_id from call_recordings r join calls k on k.id = r.call_id
    where r.id = ${id} and r.state = 'stored'`.execute(db)
  const [row] = rows
  return (
    row && {
      file: row.file,
      name: row.name ?? '',
      kind: row.kind,
      answeredBy: row.answered_by,
      ticketId: row.ticket_id,
    }
  )
}

export type RecordingView = {
  id: RecordingId
  callId: CallId
  kind: RecordingKind
  state: RecordingRow['state']
  why: WhyNotKept | null
  bytes: number | null
  madeAt: Date
}
export async function listRecordings(db: Reader, callIds: readonly CallId[]): Promise<RecordingView[]> {
  if (callIds.length === 0) return []
  const { rows } = await sql<RecordingView>`
    select id, call_id as "callId", kind, state, why, (file ->> 'bytes')::integer as bytes, made_at as "madeAt"
    from call_recordings where call_id = any(${[...callIds]}::bigint[]) order by id`.execute(db)
  return rows
}

/** Whose days are over. */
export async function countRecordingsOver(db: Reader, before: Date): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from call_recordings where state = 'stored' and settled_at < ${before}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}
export async function listRecordingsOver(db: Reader, before: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from call_recordings where state = 'stored' and settled_at < ${before} order by settled_at, id limit ${limit}`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

/** The row stays and says that there was one. */
export async function forgetRecordings(tx: Tx, ids: readonly string[], before: Date): Promise<string[]> {
  const { rows } = await sql<{ file: string }>`
    with over as (
      select id, file ->> 'file' as file from call_recordings
      where id = any(${[...ids]}::bigint[]) and state = 'stored' and settled_at < ${before} for update
    ), gone as (
      update call_recordings r set state = 'over', file = null, name = null, url = '' from over where r.id = over.id
    )
    select file from over`.execute(tx.db)
  return rows.map(({ file }) => file)
}
