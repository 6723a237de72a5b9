import { sql } from 'kysely'
import type { PromiseId, ShiftId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { PromiseKind, PromiseState } from './rules.ts'

export type PromiseRow = {
  id: PromiseId
  ticketId: TicketId
  kind: PromiseKind
  state: PromiseState
  dueAt: Date
  remindAt: Date
  remindedAt: Date | null
  madeAt: Date
  madeBy: StaffId | null
  shiftId: ShiftId | null
  ref: string | null
  endedAt: Date | null
}

const promiseRows = (db: Reader) => db.selectFrom('promises').selectAll()
type Row = Awaited<ReturnType<ReturnType<typeof promiseRows>['execute']>>[number]
const rowOf = (row: Row): PromiseRow => ({
  id: row.id as PromiseId,
  ticketId: row.ticket_id as TicketId,
  kind: row.kind,
  state: row.state,
  dueAt: row.due_at,
  remindAt: row.remind_at,
  remindedAt: row.reminded_at,
  madeAt: row.made_at,
  madeBy: row.made_by as StaffId | null,
  shiftId: row.shift_id as ShiftId | null,
  ref: row.ref,
  endedAt: row.ended_at,
})

/** @throws NotFound */
export async function getPromise(db: Reader, id: PromiseId): Promise<PromiseRow> {
  const row = await promiseRows(db).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return rowOf(row)
}

/** What is still owed on a ticket, the soonest first. */
export const openPromisesOf = async (db: Reader, ticketId: TicketId): Promise<PromiseRow[]> =>
  (await promiseRows(db).where('ticket_id', '=', ticketId).where('state', '=', 'open').orderBy('due_at').execute()).map(
    rowOf,
  )

/** Those with something that is still owed, in the order in which they are locked. */
export async function owingAmong(db: Reader, ids: readonly TicketId[]): Promise<TicketId[]> {
  const { rows } = await sql<{ id: TicketId }>`
    select distinct ticket_id as id from promises where ticket_id = any(${[...ids]}::bigint[]) and state = 'open' order by id`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

export const promisesOf = async (db: Reader, ticketId: TicketId): Promise<PromiseRow[]> =>
  (await promiseRows(db).where('ticket_id', '=', ticketId).orderBy('id').execute()).map(rowOf)

export async function insertPromise(
  tx: Tx,
  promise: Pick<PromiseRow, 'ticketId' | 'kind' | 'dueAt' | 'remindAt' | 'madeBy' | 'shiftId' | 'ref'> & {
    round: number
  },
): Promise<PromiseId> {
  const row = await tx.db
    .insertInto('promises')
    .values({
      ticket_id: promise.ticketId,
      round: promise.round,
      kind: promise.kind,
      state: 'open',
      due_at: promise.dueAt,
      remind_at: promise.remindAt,
      reminded_at: null,
      made_at: tx.now,
      made_by: promise.madeBy,
      shift_id: promise.shiftId,
      ref: promise.ref,
      ended_at: null,
      ended_by: null,
      moved_to: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as PromiseId
}

/** Ends an open promise; false where it had ended already. */
export async function endPromiseRow(
  tx: Tx,
  id: PromiseId,
  end: { state: Exclude<PromiseState, 'open'>; at: Date; by: StaffId | null; movedTo?: PromiseId; withRound?: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('promises')
    .set({
      state: end.state,
      ended_at: end.at,
      ended_by: end.by,
      moved_to: end.movedTo ?? null,
      ended_with_round: end.withRound ?? null,
      version: sql<number>`version + 1`,
    })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** What the end of a round has ended well, and nothing else. */
export const endedWithRound = async (db: Reader, ticketId: TicketId, round: number): Promise<PromiseRow[]> =>
  (
    await promiseRows(db)
      .where('ticket_id', '=', ticketId)
      .where('ended_with_round', '=', round)
      .where('state', 'in', ['kept', 'void'])
      .orderBy('due_at')
      .execute()
  ).map(rowOf)

/** Owed again, with what was noted of it before. */
export const reopenPromiseRow = (tx: Tx, id: PromiseId) =>
  tx.db
    .updateTable('promises')
    .set({
      state: 'open',
      ended_at: null,
      ended_by: null,
      ended_with_round: null,
      version: sql<number>`version + 1`,
    })
    .where('id', '=', id)
    .execute()

/** False where it was noted before. */
export async function storeReminded(tx: Tx, id: PromiseId): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('promises')
    .set({ reminded_at: tx.now, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .where('reminded_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Open promises whose reminder or whose time has come, the most overdue first. */
export async function listDuePromises(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: PromiseId; version: number }[]> {
  const rows = await db
    .selectFrom('promises')
    .select(['id', 'version'])
    .where('state', '=', 'open')
    .where((where) =>
      where.or([
        where('due_at', '<=', now),
        where.and([where('remind_at', '<=', now), where('reminded_at', 'is', null)]),
      ]),
    )
    .orderBy('due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as PromiseId, version: row.version }))
}

/** The shift that has the ticket now owes what was promised on it. */
export const givePromisesTo = (tx: Tx, ticketId: TicketId, shiftId: ShiftId) =>
  tx.db
    .updateTable('promises')
    .set({ shift_id: shiftId })
    .where('ticket_id', '=', ticketId)
    .where('state', '=', 'open')
    .execute()

/** Our first word to the customer since an instant, if any. */
export async function firstWordSince(
  db: Reader,
  ticketId: TicketId,
  since: Date,
): Promise<{ at: Date; staffId: StaffId } | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(['at', 'staff_id'])
    .where('ticket_id', '=', ticketId)
    .where('staff_id', 'is not', null)
    .where('at', '>', since)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row?.staff_id ? { at: row.at, staffId: row.staff_id as StaffId } : undefined
}

/** What the customer is told: the soonest open promise; null where none is open. */
export async function storePromisedAt(tx: Tx, ticketId: TicketId): Promise<void> {
  await sql`
    update tickets set promised_at = (select min(due_at) from promises where ticket_id = ${ticketId} and state = 'open')
    where id = ${ticketId} and state <> 'new'`.execute(tx.db)
}
