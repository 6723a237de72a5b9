import { sql } from 'kysely'
import type { MessageId, NoteId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import { type Posted, type Posting, postAlone } from './posting/queries.ts'
import { writeTogether } from './posting/together.ts'
import { ANSWER_LETTERS, fitting, MESSAGES_AT_ONCE } from './rules.ts'

/** A message as every client gets it. Staff messages carry the name; house lines a code and its details. */
export type MessageView = {
  id: MessageId
  ticketId: TicketId
  seq: number
  round: number
  author: 'customer' | 'staff' | 'house'
  staffId?: StaffId
  name?: string
  nameEn?: string
  clientId: string
  body: string
  code?: string
  details?: Record<string, string | number>
  /** ISO 8601, UTC. */
  at: string
}

type Row = {
  id: string
  ticket_id: string
  seq: number
  round: number
  author: string
  staff_id: string | null
  name: string | null
  name_en: string | null
  client_id: string
  body: string
  code: string | null
  details: Record<string, string | number> | null
  at: Date
}

const messageRows = (db: Reader) =>
  db
    .selectFrom('messages as m')
    .leftJoin('staff as s', 's.id', 'm.staff_id')
    .select([
      'm.id',
      'm.ticket_id',
      'm.seq',
      'm.round',
      'm.author',
      'm.staff_id',
      's.name',
      's.name_en',
      'm.client_id',
      'm.body',
      'm.code',
      'm.details',
      'm.at',
    ])

/** Messages with a number above `afterSeq`, in order: first load, resume and polling alike. */
export async function listMessages(
  db: Reader,
  ticketId: TicketId,
  afterSeq: number,
  limit = 200,
): Promise<MessageView[]> {
  const rows = await messageRows(db)
    .where('m.ticket_id', '=', ticketId)
    .where('m.seq', '>', afterSeq)
    .orderBy('m.seq')
    .limit(limit)
    .execute()
  return rows.map(viewOf)
}

export type Gap = { id: string; messages: MessageView[]; lastSeq: number; marks: Marks }

/** What a client lacks of each conversation it names; together at most as many messages, and letters, as one answer holds. */
export async function listGaps(db: Reader, kept: readonly { id: string; after: number }[]): Promise<Gap[]> {
  const gaps: Gap[] = []
  let left = MESSAGES_AT_ONCE
  let letters = ANSWER_LETTERS
  for (const { id, after } of kept) {
    const ticketId = id as TicketId
    const more = left > 0 && letters > 0
    const messages = more ? fitting(await listMessages(db, ticketId, after, left), letters) : []
    left -= messages.length
    letters -= messages.reduce((sum, { body }) => sum + body.length, 0)
    gaps.push({ id, messages, lastSeq: await lastSeqOf(db, ticketId), marks: await marksOf(db, ticketId) })
  }
  return gaps
}

const lastSeqOf = async (db: Reader, id: TicketId): Promise<number> =>
  (await db.selectFrom('tickets').select('last_seq').where('id', '=', id).executeTakeFirst())?.last_seq ?? 0

export async function listMessagesById(db: Reader, ids: readonly MessageId[]): Promise<MessageView[]> {
  if (ids.length === 0) return []
  return (
    await messageRows(db)
      .where('m.id', 'in', [...ids])
      .orderBy('m.ticket_id')
      .orderBy('m.seq')
      .execute()
  ).map(viewOf)
}

export const viewOf = (row: Row): MessageView => ({
  id: row.id as MessageId,
  ticketId: row.ticket_id as TicketId,
  seq: row.seq,
  round: row.round,
  author: row.author === 'customer' || row.author === 'house' ? row.author : 'staff',
  ...(row.staff_id ? { staffId: row.staff_id as StaffId, name: row.name ?? '', nameEn: row.name_en ?? '' } : {}),
  clientId: row.client_id,
  body: row.body,
  ...(row.code ? { code: row.code, details: row.details ?? {} } : {}),
  at: row.at.toISOString(),
})

/** Takes one message: in the act's transaction, or, where this statement is the whole act, together with what else comes. */
export const callPostMessage = (tx: Tx, posting: Posting): Promise<Posted> => {
  const word = { ...posting, now: tx.now }
  return tx.db.isTransaction ? postAlone(tx.db, word) : writeTogether(tx.db, word)
}

export type Marks = { customer: { delivered: number; read: number }; staff: { delivered: number; read: number } }

export type MarkRow = { reader: string; delivered_seq: number; read_seq: number }

/** How far each side has got; for staff the furthest of all who looked. */
export const marksOf = async (db: Reader, ticketId: TicketId): Promise<Marks> =>
  marksFrom(
    await db
      .selectFrom('marks')
      .select(['reader', 'delivered_seq', 'read_seq'])
      .where('ticket_id', '=', ticketId)
      .execute(),
  )

export function marksFrom(rows: readonly MarkRow[]): Marks {
  const marks: Marks = { customer: { delivered: 0, read: 0 }, staff: { delivered: 0, read: 0 } }
  for (const row of rows) {
    const side = row.reader === 'customer' ? marks.customer : marks.staff
    side.delivered = Math.max(side.delivered, row.delivered_seq)
    side.read = Math.max(side.read, row.read_seq)
  }
  return marks
}

/** Moves a reader's marks forward, never back, never beyond the last message. Returns where they are now; undefined where nothing moved. */
export async function moveMarks(
  tx: Tx,
  ticketId: TicketId,
  reader: string,
  to: { delivered: number; read: number },
): Promise<{ delivered: number; read: number } | undefined> {
  const { rows } = await sql<{ delivered: number; read: number }>`
    insert into marks (ticket_id, reader, delivered_seq, read_seq, read_at)
    select t.id, ${reader}::text, least(${Math.max(to.delivered, to.read)}::integer, t.last_seq), least(${to.read}::integer, t.last_seq), ${tx.now}::timestamptz
    from tickets t where t.id = ${ticketId}
    on conflict (ticket_id, reader) do update set
      delivered_seq = greatest(marks.delivered_seq, excluded.delivered_seq),
      read_seq = greatest(marks.read_seq, excluded.read_seq),
      read_at = case when excluded.read_seq > marks.read_seq then excluded.read_at else marks.read_at end
    where excluded.delivered_seq > marks.delivered_seq or excluded.read_seq > marks.read_seq
    returning delivered_seq as delivered, read_seq as read`.execute(tx.db)
  return rows[0]
}

export type NoteView = {
  id: NoteId
  staffId: StaffId
  name: string
  nameEn: string
  afterSeq: number
  body: string
  at: Date
}

/** Words among colleagues, in the order of the conversation. Never read for a customer. */
export async function listNotes(db: Reader, ticketId: TicketId): Promise<NoteView[]> {
  const rows = await db
    .selectFrom('notes as n')
    .innerJoin('staff as s', 's.id', 'n.staff_id')
    .select(['n.id', 'n.staff_id', 's.name', 's.name_en', 'n.after_seq', 'n.body', 'n.at'])
    .where('n.ticket_id', '=', ticketId)
    .orderBy('n.id')
    .execute()
  return rows.map((row) => ({
    id: row.id as NoteId,
    staffId: row.staff_id as StaffId,
    name: row.name,
    nameEn: row.name_en,
    afterSeq: row.after_seq,
    body: row.body,
    at: row.at,
  }))
}

/** The note, or undefined where this client id has been stored before. */
export async function insertNote(
  tx: Tx,
  note: { ticketId: TicketId; staffId: StaffId; clientId: string; afterSeq: number; body: string },
): Promise<NoteId | undefined> {
  const row = await tx.db
    .insertInto('notes')
    .values({
      ticket_id: note.ticketId,
      staff_id: note.staffId,
      client_id: note.clientId,
      after_seq: note.afterSeq,
      body: note.body,
      at: tx.now,
    })
    .onConflict((conflict) => conflict.constraint('notes_client_id_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as NoteId | undefined
}
