import { type RawBuilder, sql } from 'kysely'
import type { ClockId, StaffId, TicketId } from '../../kernel/ids.ts'
import { DAY, plus, type Window } from '../../kernel/time.ts'
import type { Reader, Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Clock, Hours, PolicyFor, Priority } from './rules.ts'

export type StoredClock = Clock & { readonly id: ClockId; readonly version: number }

type PolicyRow = PolicyFor & { readonly id: string }

/** Active policies, in the order in which equals are asked. */
export async function listPolicies(db: Reader): Promise<PolicyRow[]> {
  const rows = await db
    .selectFrom('sla_policies')
    .selectAll()
    .where('active', '=', true)
    .orderBy('position')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    channel: row.channel,
    categoryId: row.category_id,
    priority: row.priority,
    firstSeconds: row.first_seconds,
    nextSeconds: row.next_seconds,
    resolutionSeconds: row.resolution_seconds,
    hours: row.hours,
  }))
}

const clockRows = (db: Reader) => db.selectFrom('ticket_clocks').selectAll()

export type ClockRow = Awaited<ReturnType<ReturnType<typeof clockRows>['execute']>>[number]

export const clockOf = (row: ClockRow): StoredClock => ({
  id: row.id as ClockId,
  kind: row.kind,
  round: row.round,
  targetSeconds: row.target_seconds,
  startedAt: row.started_at,
  dueAt: row.due_at,
  leftSeconds: row.left_seconds,
  pausedAt: row.paused_at,
  endedAt: row.ended_at,
  outcome: row.outcome,
  version: row.version,
})

/** All clocks of a ticket, the first started first. */
export const clocksOf = async (db: Reader, ticketId: TicketId): Promise<StoredClock[]> =>
  (await clockRows(db).where('ticket_id', '=', ticketId).orderBy('id').execute()).map(clockOf)

/** False where it was noted before. */
export async function noteOnce(tx: Tx, id: ClockId, what: 'warned_at' | 'breached_at'): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('ticket_clocks')
    .set({ [what]: tx.now })
    .where('id', '=', id)
    .where(what, 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

type Due = { id: ClockId; version: number }

/** Running clocks that somebody should look at now; never early. */
export const listWarnings = (db: Reader, now: Date, limit: number): Promise<Due[]> => listDue(db, 'warn', now, limit)

/** Running clocks whose time is over. */
export const listBreaches = (db: Reader, now: Date, limit: number): Promise<Due[]> => listDue(db, 'breach', now, limit)

async function listDue(db: Reader, what: 'warn' | 'breach', now: Date, limit: number): Promise<Due[]> {
  const [at, noted] = what === 'warn' ? (['warn_at', 'warned_at'] as const) : (['due_at', 'breached_at'] as const)
  const rows = await db
    .selectFrom('ticket_clocks')
    .select(['id', 'version'])
    .where(at, '<=', now)
    .where(noted, 'is', null)
    .where('ended_at', 'is', null)
    .where('due_at', 'is not', null)
    .orderBy(at)
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as ClockId, version: row.version }))
}

export async function ticketOfClock(db: Reader, id: ClockId): Promise<TicketId | undefined> {
  const row = await db.selectFrom('ticket_clocks').select('ticket_id').where('id', '=', id).executeTakeFirst()
  return row?.ticket_id as TicketId | undefined
}

/** When customer service is rostered from here on, in order and apart. */
export async function serviceWindows(db: Reader, from: Date): Promise<Window[]> {
  const rows = await db
    .selectFrom('shifts')
    .select(['starts_at', 'ends_at'])
    .where('post', '=', 'service')
    .where('ends_at', '>', plus(from, -DAY))
    .where('starts_at', '<', plus(from, 30 * DAY))
    .orderBy('starts_at')
    .execute()
  return rows.map((row) => ({ from: row.starts_at, to: row.ends_at }))
}

/** A stretch in which somebody else has it. */
export async function openPause(tx: Tx, ticketId: TicketId, ref: string): Promise<void> {
  await tx.db
    .insertInto('ticket_pauses')
    .values({ ticket_id: ticketId, ref, from_at: tx.now, to_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function closePause(tx: Tx, ticketId: TicketId, ref: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('ticket_pauses')
    .set({ to_at: tx.now })
    .where('ticket_id', '=', ticketId)
    .where('ref', '=', ref)
    .where('to_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function isPaused(db: Reader, ticketId: TicketId): Promise<boolean> {
  const row = await db
    .selectFrom('ticket_pauses')
    .select('ref')
    .where('ticket_id', '=', ticketId)
    .where('to_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** In another statement: what the running answer clock of the ticket `t` was agreed at, in seconds; null where none runs. */
export const answerTarget = (t: RawBuilder<unknown>): RawBuilder<number | null> => sql<number | null>`(
  select g.target_seconds from ticket_clocks g where g.ticket_id = ${t}.id and g.ended_at is null and g.kind <> 'resolution')`

export async function answerTargetOf(db: Reader, ticketId: TicketId): Promise<number | null> {
  const { rows } = await sql<{ target: number | null }>`
    select ${answerTarget(sql.ref('t'))} as target from tickets t where t.id = ${ticketId}`.execute(db)
  return rows[0]?.target ?? null
}

export const priorityOf = async (db: Reader, ticketId: TicketId): Promise<Priority> =>
  (await db.selectFrom('tickets').select('priority').where('id', '=', ticketId).executeTakeFirstOrThrow()).priority

export const setPriority = (tx: Tx, ticketId: TicketId, priority: Priority) =>
  tx.db.updateTable('tickets').set({ priority }).where('id', '=', ticketId).execute()

export type PolicyView = PolicyRow & { readonly hours: Hours; readonly position: number; readonly active: boolean }

export const storePolicy = (
  tx: Tx,
  policy: PolicyFor & { position: number; by: StaffId },
  id: string | null,
): Promise<unknown> => {
  const row = {
    channel: policy.channel,
    category_id: policy.categoryId,
    priority: policy.priority,
    first_seconds: policy.firstSeconds,
    next_seconds: policy.nextSeconds,
    resolution_seconds: policy.resolutionSeconds,
    hours: policy.hours,
    position: policy.position,
    changed_by: policy.by,
    changed_at: tx.now,
  }
  return id
    ? tx.db.updateTable('sla_policies').set(row).where('id', '=', id).execute()
    : tx.db.insertInto('sla_policies').values(row).execute()
}

export const retirePolicy = (tx: Tx, id: string, by: StaffId) =>
  tx.db
    .updateTable('sla_policies')
    .set({ active: false, changed_by: by, changed_at: tx.now })
    .where('id', '=', id)
    .execute()

/** Within which a customer hears the first word (settings). */
export const answerSeconds = async (tx: Tx): Promise<number> => (await currentSettings(tx.db)).answerSeconds
