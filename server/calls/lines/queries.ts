import { type Selectable, sql } from 'kysely'
import type { LineAdapter } from '../../events/calls.ts'
import type { CallId, LineId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { CallTables } from '../tables.ts'

export type LineRow = Omit<Selectable<CallTables['phone_lines']>, 'id'> & { id: LineId }

/** The line of a token that is still good. */
export async function findLine(db: Reader, tokenHash: Buffer): Promise<LineRow | undefined> {
  const row = await db
    .selectFrom('phone_lines')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return row as LineRow | undefined
}

/** @throws NotFound */
export async function getLine(db: Reader, id: LineId): Promise<LineRow> {
  const row = await db
    .selectFrom('phone_lines')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return row as LineRow
}

/** Whether another line has this name and number. */
export async function isThere(db: Reader, line: { name: string; number: string }, except?: LineId): Promise<boolean> {
  const row = await db
    .selectFrom('phone_lines')
    .select('id')
    .where('name', '=', line.name)
    .where('number', '=', line.number)
    .where('removed_at', 'is', null)
    .$if(except !== undefined, (q) => q.where('id', '<>', except ?? ''))
    .executeTakeFirst()
  return row !== undefined
}

export const isAnyLine = async (db: Reader): Promise<boolean> =>
  (await db.selectFrom('phone_lines').select('id').where('removed_at', 'is', null).limit(1).executeTakeFirst()) !==
  undefined

export async function ringSecondsOf(db: Reader, callId: CallId): Promise<number> {
  const row = await db
    .selectFrom('calls as c')
    .innerJoin('phone_lines as l', 'l.id', 'c.line_id')
    .select('l.ring_seconds')
    .where('c.id', '=', callId)
    .executeTakeFirst()
  return row?.ring_seconds ?? 0
}

export type LineFields = {
  name: string
  number: string
  adapter: LineAdapter
  secret: string | null
  addresses: string[]
  hosts: string[]
  voicemail: boolean
  ringSeconds: number
}
const columnsOf = (fields: LineFields) => ({
  name: fields.name,
  number: fields.number,
  adapter: fields.adapter,
  secret: fields.secret,
  addresses: fields.addresses,
  recording_hosts: fields.hosts,
  voicemail: fields.voicemail,
  ring_seconds: fields.ringSeconds,
})

export async function insertLine(
  tx: Tx,
  fields: LineFields,
  { tokenHash, by }: { tokenHash: Buffer; by: StaffId | null },
): Promise<LineId> {
  const { id } = await tx.db
    .insertInto('phone_lines')
    .values({ ...columnsOf(fields), token_hash: tokenHash, made_at: tx.now, made_by: by })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as LineId
}

export const updateLine = (tx: Tx, id: LineId, fields: LineFields) =>
  tx.db.updateTable('phone_lines').set(columnsOf(fields)).where('id', '=', id).execute()

export const setToken = (tx: Tx, id: LineId, tokenHash: Buffer) =>
  tx.db.updateTable('phone_lines').set({ token_hash: tokenHash }).where('id', '=', id).execute()

/** Nothing comes by it any more; its calls stay. The secret is forgotten. */
export async function removeLine(tx: Tx, id: LineId): Promise<boolean> {
  const row = await tx.db
    .updateTable('phone_lines')
    .set({ removed_at: tx.now, secret: null })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** A request was refused: counted, and only the last one is kept, so that nobody fills the house from outside. */
export const noteRefused = (db: Reader, id: LineId, why: 'address' | 'signature' | 'old', at: Date) =>
  db
    .updateTable('phone_lines')
    .set({ refused_at: at, refused_why: why, refused_count: sql<number>`refused_count + 1` })
    .where('id', '=', id)
    .execute()

const HEARD_AGAIN_SECONDS = 5
/** Once in a while: a busy line does not write itself with every event. */
export const noteHeard = (db: Reader, id: LineId, at: Date) =>
  sql`update phone_lines set heard_at = ${at} where id = ${id} and (heard_at is null or heard_at < ${at}::timestamptz - make_interval(secs => ${HEARD_AGAIN_SECONDS}))`.execute(
    db,
  )

export type LineView = LineRow & { calls: number; maker: { name: string; nameEn: string } | null }

export async function listLines(db: Reader): Promise<LineView[]> {
  const { rows } = await sql<LineView>`
    select l.*, (select count(*)::integer from calls k where k.line_id = l.id and not k.test) as calls,
      case when s.id is not null then json_build_object('name', s.name, 'nameEn', s.name_en) end as maker
    from phone_lines l left join staff s on s.id = l.made_by where l.removed_at is null order by l.id`.execute(db)
  return rows
}

/** Also those that were removed, for whoever looks for old calls. */
export async function allLines(db: Reader): Promise<{ id: LineId; name: string }[]> {
  const rows = await db.selectFrom('phone_lines').select(['id', 'name']).orderBy('id').execute()
  return rows.map(({ id, name }) => ({ id: id as LineId, name }))
}

export type SeenEvent = {
  id: string
  name: string
  outcome: 'taken' | 'nothing' | 'unreadable'
  at: Date
  receivedAt: Date
  callId: CallId | null
  callState: string | null
  raw: Record<string, unknown>
}

/** The last that came by a line, the newest first, with what has become of their calls. */
export async function lastEvents(db: Reader, id: LineId, limit: number): Promise<SeenEvent[]> {
  const { rows } = await sql<SeenEvent>`
    select e.id, e.name, e.outcome, e.at, e.received_at as "receivedAt", e.call_id as "callId", k.state as "callState", e.raw
    from call_events e left join calls k on k.id = e.call_id
    where e.line_id = ${id} order by e.id desc limit ${limit}`.execute(db)
  return rows
}

export type Extension = { extension: string; staffId: StaffId; name: string; nameEn: string }
export async function listExtensions(db: Reader): Promise<Extension[]> {
  const rows = await db
    .selectFrom('phone_extensions as e')
    .innerJoin('staff as s', 's.id', 'e.staff_id')
    .select(['e.extension', 'e.staff_id', 's.name', 's.name_en'])
    .orderBy('e.extension')
    .execute()
  return rows.map((row) => ({
    extension: row.extension,
    staffId: row.staff_id as StaffId,
    name: row.name,
    nameEn: row.name_en,
  }))
}

/** Whoever may be rung: active people with a post that talks with customers. */
export async function listPhonable(db: Reader): Promise<{ id: StaffId; name: string; nameEn: string }[]> {
  const { rows } = await sql<{ id: StaffId; name: string; nameEn: string }>`
    select id, name, name_en as "nameEn" from staff
    where active and posts && array['service', 'manager'] order by number`.execute(db)
  return rows
}

/** An extension is one person's; whoever had it before has it no more. */
export const storeExtension = (tx: Tx, extension: string, staffId: StaffId) =>
  tx.db
    .insertInto('phone_extensions')
    .values({ extension, staff_id: staffId, set_at: tx.now })
    .onConflict((conflict) =>
      conflict.constraint('phone_extensions_once').doUpdateSet({ staff_id: staffId, set_at: tx.now }),
    )
    .execute()

export async function removeExtension(tx: Tx, extension: string): Promise<StaffId | undefined> {
  const row = await tx.db
    .deleteFrom('phone_extensions')
    .where('extension', '=', extension)
    .returning('staff_id')
    .executeTakeFirst()
  return row?.staff_id as StaffId | undefined
}

/** Somewhere an agent may be called, for the test call: their own first. */
export async function extensionOf(db: Reader, staffId: StaffId): Promise<string | undefined> {
  const row = await db
    .selectFrom('phone_extensions')
    .select('extension')
    .where('staff_id', '=', staffId)
    .orderBy('extension')
    .limit(1)
    .executeTakeFirst()
  return row?.extension
}
