import { type Selectable, sql } from 'kysely'
import { findMeasureOnContact } from '../customers/abuse/measures/queries.ts'
import type { CallbackId, CallId, CustomerId, LineId, ShiftId, StaffId, TicketId } from '../kernel/ids.ts'
import { NotFound } from '../kernel/refusal.ts'
import { MINUTE, plus } from '../kernel/time.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Facts } from './rules.ts'
import type { CallTables } from './tables.ts'

export type CallRow = Omit<
  Selectable<CallTables['calls']>,
  | 'id'
  | 'line_id'
  | 'claimed_by'
  | 'answered_by'
  | 'shift_id'
  | 'ticket_id'
  | 'customer_id'
  | 'logged_by'
  | 'callback_id'
> & {
  id: CallId
  line_id: LineId
  claimed_by: StaffId | null
  answered_by: StaffId | null
  shift_id: ShiftId | null
  ticket_id: TicketId | null
  customer_id: CustomerId | null
  logged_by: StaffId | null
  callback_id: CallbackId | null
}

export const factsIn = (call: CallRow): Facts => ({
  rangAt: call.rang_at,
  answeredAt: call.answered_at,
  voicemailAt: call.voicemail_at,
  endedAt: call.ended_at,
  cause: call.cause,
  rejectedAt: call.rejected_at,
})
export const columnsOf = (facts: Facts) => ({
  rang_at: facts.rangAt,
  answered_at: facts.answeredAt,
  voicemail_at: facts.voicemailAt,
  ended_at: facts.endedAt,
  cause: facts.cause,
  rejected_at: facts.rejectedAt,
})

/** The event as it came; undefined where it came before. */
export async function insertEvent(
  tx: Tx,
  event: {
    lineId: LineId
    key: string
    name: string
    outcome: 'taken' | 'nothing' | 'unreadable'
    at: Date
    digit: string | null
    raw: unknown
  },
): Promise<string | undefined> {
  const row = await tx.db
    .insertInto('call_events')
    .values({
      line_id: event.lineId,
      call_id: null,
      key: event.key,
      name: event.name,
      outcome: event.outcome,
      at: event.at,
      digit: event.digit,
      received_at: tx.now,
      raw: JSON.stringify(event.raw),
    })
    .onConflict((conflict) => conflict.constraint('call_events_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

export const nameCallOf = (tx: Tx, eventId: string, callId: CallId) =>
  tx.db.updateTable('call_events').set({ call_id: callId }).where('id', '=', eventId).execute()

/** The row of a call, made by whichever event of it comes first; locked. */
export async function lockOrMakeCall(
  tx: Tx,
  call: { lineId: LineId; key: string; direction: 'in' | 'out'; at: Date; test: boolean },
): Promise<CallRow> {
  const found = await findByKey(tx, call.lineId, call.key)
  if (found) return found
  await tx.db
    .insertInto('calls')
    .values({
      line_id: call.lineId,
      call_key: call.key,
      direction: call.direction,
      state: 'ringing',
      number: null,
      called: null,
      queue: null,
      users: [],
      test: call.test,
      began_at: call.at,
      rang_at: null,
      answered_at: null,
      voicemail_at: null,
      ended_at: null,
      cause: null,
      rejected_at: null,
      rejected_why: null,
      closes_at: null,
      answered_user: null,
      score: null,
      score_at: null,
    })
    .onConflict((conflict) => conflict.constraint('calls_key_once').doNothing())
    .execute()
  const made = await findByKey(tx, call.lineId, call.key)
  if (!made) throw new Error('the call was not written')
  return made
}

async function findByKey(tx: Tx, lineId: LineId, key: string): Promise<CallRow | undefined> {
  const row = await tx.db
    .selectFrom('calls')
    .selectAll()
    .where('line_id', '=', lineId)
    .where('call_key', '=', key)
    .forUpdate()
    .executeTakeFirst()
  return row as CallRow | undefined
}

/** @throws NotFound */
export async function lockCall(tx: Tx, id: CallId): Promise<CallRow> {
  const row = await tx.db.selectFrom('calls').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return row as CallRow
}

/** @throws NotFound */
export async function getCall(db: Reader, id: CallId): Promise<CallRow> {
  const row = await db.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row as CallRow
}

type Change = Partial<Omit<CallRow, 'id' | 'line_id' | 'call_key' | 'version' | 'test'>>
/** Writes columns of a locked call and counts its version up. */
export const setCall = (tx: Tx, id: CallId, change: Change) =>
  tx.db
    .updateTable('calls')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

/** Whoever is meant by an extension, a login, a number of staff or an id. */
export async function staffNamed(db: Reader, name: string): Promise<StaffId | null> {
  if (name === '' || name === 'voicemail') return null
  const { rows } = await sql<{ id: string }>`
    select id from (
      select staff_id as id, 1 as n from phone_extensions where extension = ${name}
      union all select s.id, 2 from staff s where s.login = ${name} or s.number = ${name}
      union all select s.id, 3 from staff s where s.id::text = ${name}
    ) found join staff p using (id) where p.active order by n limit 1`.execute(db)
  return (rows[0]?.id as StaffId | undefined) ?? null
}

/**
 * Whether whoever calls from here is banned: they have proved that the number is theirs, or they have called from it before,
 * as an agent wrote down. A number that somebody only typed into a form blocks nobody.
 */
export async function isBannedNumber(db: Reader, number: string, now: Date): Promise<boolean> {
  if (number.startsWith('+')) {
    const measure = await findMeasureOnContact(db, { kind: 'phone', value: number }, now)
    if (measure?.state === 'banned') return true
  }
  const { rows } = await sql<{ banned: boolean }>`
    select exists (select from calls k join abuse_cases c on c.customer_id = k.customer_id
      where k.number = ${number} and c.state = 'banned' and c.until > ${now}) as banned`.execute(db)
  return rows[0]?.banned ?? false
}

/** How often a number has rung in the minute before; more than `most` is not counted, however many there are. */
export async function countRings(
  db: Reader,
  number: string,
  { now, most }: { now: Date; most: number },
): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from (
      select from calls where number = ${number} and began_at > ${plus(now, -MINUTE)} and direction = 'in' and not test
      limit ${most + 1}) lately`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

/** The first key from 1 to 5 that was pressed at or after an instant, and when. */
export async function firstKeySince(
  db: Reader,
  id: CallId,
  since: Date,
): Promise<{ digit: string; at: Date } | undefined> {
  const row = await db
    .selectFrom('call_events')
    .select(['digit', 'at'])
    .where('call_id', '=', id)
    .where('name', '=', 'dtmf')
    .where('digit', 'in', ['1', '2', '3', '4', '5'])
    .where('at', '>=', since)
    .orderBy('at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.digit ? { digit: row.digit, at: row.at } : undefined
}

/** Calls whose end nobody has told in time. */
export async function listStuck(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: CallId; version: number; at: Date }[]> {
  const rows = await db
    .selectFrom('calls')
    .select(['id', 'version', 'closes_at'])
    .where('state', 'in', ['ringing', 'answered'])
    .where('closes_at', '<=', now)
    .orderBy('closes_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as CallId, version: row.version, at: row.closes_at ?? now }))
}

/** False where it was noted before. */
export async function storeDecline(tx: Tx, id: CallId, staffId: StaffId): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.db
    .insertInto('call_declines')
    .values({ call_id: id, staff_id: staffId, at: tx.now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}
