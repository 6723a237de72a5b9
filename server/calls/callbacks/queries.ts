import { type Selectable, sql } from 'kysely'
import type { CallbackId, CustomerId, LineId, PromiseId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { PromiseState } from '../../tickets/promises/rules.ts'
import type { CallTables } from '../tables.ts'
import type { AttemptOutcome } from './rules.ts'

export type CallbackRow = Omit<
  Selectable<CallTables['callbacks']>,
  'id' | 'line_id' | 'claimed_by' | 'ticket_id' | 'customer_id' | 'promise_id' | 'ended_by'
> & {
  id: CallbackId
  line_id: LineId
  claimed_by: StaffId | null
  ticket_id: TicketId | null
  customer_id: CustomerId | null
  promise_id: PromiseId | null
  ended_by: StaffId | null
}

/** @throws NotFound */
export async function getCallback(db: Reader, id: CallbackId): Promise<CallbackRow> {
  const row = await db.selectFrom('callbacks').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row as CallbackRow
}

/** The row, locked; lock its ticket first, where it has one (DESIGN 3.1). @throws NotFound */
export async function lockCallback(tx: Tx, id: CallbackId): Promise<CallbackRow> {
  const row = await tx.db.selectFrom('callbacks').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return row as CallbackRow
}

export async function findOpenOf(db: Reader, number: string): Promise<CallbackRow | undefined> {
  const row = await db
    .selectFrom('callbacks')
    .selectAll()
    .where('number', '=', number)
    .where('state', 'in', ['due', 'claimed'])
    .executeTakeFirst()
  return row as CallbackRow | undefined
}

/** Undefined where one of this number is open already. */
export async function insertCallback(
  tx: Tx,
  callback: { number: string; lineId: LineId; at: Date; dueAt: Date },
): Promise<CallbackId | undefined> {
  const { rows } = await sql<{ id: CallbackId }>`
    insert into callbacks (number, line_id, state, times, opened_at, last_at, due_at)
    values (${callback.number}, ${callback.lineId}, 'due', 1, ${tx.now}, ${callback.at}, ${callback.dueAt})
    on conflict (number) where state in ('due', 'claimed') do nothing returning id`.execute(tx.db)
  return rows[0]?.id
}

type Change = Partial<Omit<CallbackRow, 'id' | 'number' | 'line_id' | 'version'>>
/** Writes columns of a locked callback and counts its version up. */
export const setCallback = (tx: Tx, id: CallbackId, change: Change) =>
  tx.db
    .updateTable('callbacks')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

/** How many calls of it nobody took, and when the last of them was. */
export async function missedOf(db: Reader, id: CallbackId): Promise<{ times: number; last: Date | null }> {
  const { rows } = await sql<{ times: number; last: Date | null }>`
    select count(*)::integer as times, max(began_at) as last from calls
    where callback_id = ${id} and state in ('missed', 'abandoned', 'voicemail')`.execute(db)
  return rows[0] ?? { times: 0, last: null }
}

/** Whether somebody has spoken with this number since: then nobody is owed a call. */
export async function wasSpokenWith(db: Reader, number: string, since: Date): Promise<boolean> {
  const { rows } = await sql<{ spoken: boolean }>`
    select exists (select from calls where number = ${number} and answered_at > ${since} and not test) as spoken`.execute(
    db,
  )
  return rows[0]?.spoken ?? false
}

/** False where the same try was written down before. */
export async function insertAttempt(
  tx: Tx,
  attempt: { callbackId: CallbackId; clientId: string; staffId: StaffId; outcome: AttemptOutcome; words: string },
): Promise<boolean> {
  const row = await tx.db
    .insertInto('callback_attempts')
    .values({
      callback_id: attempt.callbackId,
      client_id: attempt.clientId,
      staff_id: attempt.staffId,
      at: tx.now,
      outcome: attempt.outcome,
      words: attempt.words,
    })
    .onConflict((conflict) => conflict.constraint('callback_attempts_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function listClaimedBy(db: Reader, staffId: StaffId): Promise<CallbackId[]> {
  const rows = await db
    .selectFrom('callbacks')
    .select('id')
    .where('state', '=', 'claimed')
    .where('claimed_by', '=', staffId)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id as CallbackId)
}

/** Open ones whose time has come and that nobody has been told of. */
export async function listOverdue(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: CallbackId; version: number; at: Date }[]> {
  const rows = await db
    .selectFrom('callbacks')
    .select(['id', 'version', 'due_at'])
    .where('state', 'in', ['due', 'claimed'])
    .where('due_at', '<=', now)
    .where('overdue_at', 'is', null)
    .orderBy('due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as CallbackId, version: row.version, at: row.due_at }))
}

export async function isAnyOverdue(db: Reader): Promise<boolean> {
  const row = await db
    .selectFrom('callbacks')
    .select('id')
    .where('state', 'in', ['due', 'claimed'])
    .where('overdue_at', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The callback of a promise, and what has become of that promise. */
export async function findPromised(
  db: Reader,
  promiseId: PromiseId,
): Promise<
  | { id: CallbackId; ticketId: TicketId; state: PromiseState; movedTo: PromiseId | null; endedBy: StaffId | null }
  | undefined
> {
  const row = await db
    .selectFrom('callbacks as b')
    .innerJoin('promises as p', 'p.id', 'b.promise_id')
    .select(['b.id', 'p.ticket_id', 'p.state', 'p.moved_to', 'p.ended_by'])
    .where('b.promise_id', '=', promiseId)
    .executeTakeFirst()
  return (
    row && {
      id: row.id as CallbackId,
      ticketId: row.ticket_id as TicketId,
      state: row.state,
      movedTo: row.moved_to as PromiseId | null,
      endedBy: row.ended_by as StaffId | null,
    }
  )
}

/** Phone numbers of a customer. */
export async function phonesOf(db: Reader, id: CustomerId): Promise<string[]> {
  const rows = await db
    .selectFrom('contacts')
    .select('value')
    .where('customer_id', '=', id)
    .where('kind', '=', 'phone')
    .execute()
  return rows.map(({ value }) => value)
}
