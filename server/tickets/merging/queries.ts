import { sql } from 'kysely'
import type { CustomerId, StaffId, TicketId, VisitorId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { TicketState } from '../rules.ts'

export type Merge = {
  id: string
  from: TicketId
  into: TicketId
  stateBefore: TicketState
  closesBefore: Date | null
  holds: readonly { kind: string; ref: string }[]
  promises: readonly string[]
  /** The browser that had asked the one now reads the other. */
  visitorMoved: boolean
}

/** The merge that a ticket is in now, if any. */
export async function findMergeOf(db: Reader, from: TicketId): Promise<Merge | undefined> {
  const row = await db
    .selectFrom('ticket_merges')
    .selectAll()
    .where('from_id', '=', from)
    .where('split_at', 'is', null)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      from: row.from_id as TicketId,
      into: row.into_id as TicketId,
      stateBefore: row.state_before,
      closesBefore: row.closes_before,
      holds: row.holds,
      promises: row.promises,
      visitorMoved: row.visitor_moved,
    }
  )
}

/** Where a ticket's words are read now: itself, or what it was merged into, however often. */
export async function standsFor(db: Reader, id: TicketId): Promise<TicketId> {
  const { rows } = await sql<{ id: string }>`
    with recursive line (id, depth) as (
      select ${id}::bigint, 0 union all
      select m.into_id, line.depth + 1 from line join ticket_merges m on m.from_id = line.id and m.split_at is null where line.depth < 20
    ) select id from line order by depth desc limit 1`.execute(db)
  return (rows[0]?.id ?? id) as TicketId
}

export type Origin = { ticketId: TicketId; number: string; subject: string; mergedAt: Date }

/** What a ticket has taken in, directly or through another one, the oldest first. */
export async function listOrigins(db: Reader, into: TicketId): Promise<Origin[]> {
  const { rows } = await sql<{ id: string; number: string; subject: string; merged_at: Date }>`
    with recursive taken (id, merged_at, depth) as (
      select m.from_id, m.merged_at, 1 from ticket_merges m where m.into_id = ${into} and m.split_at is null union all
      select m.from_id, m.merged_at, taken.depth + 1 from taken
        join ticket_merges m on m.into_id = taken.id and m.split_at is null where taken.depth < 20
    ) select t.id, t.number, t.subject, taken.merged_at from taken join tickets t on t.id = taken.id order by t.id`.execute(
    db,
  )
  return rows.map((row) => ({
    ticketId: row.id as TicketId,
    number: row.number,
    subject: row.subject,
    mergedAt: row.merged_at,
  }))
}

/** Both gave the same phone or address. */
export async function shareContact(db: Reader, a: CustomerId, b: CustomerId): Promise<boolean> {
  const row = await db
    .selectFrom('contacts as x')
    .innerJoin('contacts as y', (join) => join.onRef('y.kind', '=', 'x.kind').onRef('y.value', '=', 'x.value'))
    .select('x.id')
    .where('x.customer_id', '=', a)
    .where('y.customer_id', '=', b)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function insertMerge(tx: Tx, merge: Omit<Merge, 'id'> & { by: StaffId }): Promise<void> {
  await tx.db
    .insertInto('ticket_merges')
    .values({
      from_id: merge.from,
      into_id: merge.into,
      state_before: merge.stateBefore,
      closes_before: merge.closesBefore,
      holds: JSON.stringify(merge.holds),
      promises: [...merge.promises],
      visitor_moved: merge.visitorMoved,
      merged_at: tx.now,
      merged_by: merge.by,
      split_at: null,
      split_by: null,
    })
    .execute()
}

export const endMerge = (tx: Tx, id: string, by: StaffId) =>
  tx.db.updateTable('ticket_merges').set({ split_at: tx.now, split_by: by }).where('id', '=', id).execute()

export const setVisitor = (tx: Tx, id: TicketId, visitorId: VisitorId | null) =>
  tx.db.updateTable('tickets').set({ visitor_id: visitorId }).where('id', '=', id).execute()

/** Holds of one ticket become the other's; returns what went along. */
export async function moveHolds(tx: Tx, from: TicketId, into: TicketId): Promise<{ kind: string; ref: string }[]> {
  const { rows } = await sql<{ kind: string; ref: string }>`
    with gone as (delete from ticket_holds where ticket_id = ${from} returning kind, ref, set_at),
    kept as (insert into ticket_holds (ticket_id, kind, ref, set_at) select ${into}, kind, ref, set_at from gone on conflict do nothing)
    select kind, ref from gone`.execute(tx.db)
  return rows
}

/** Gives back what went along and still stands. */
export async function giveBackHolds(
  tx: Tx,
  { from, into, holds }: Pick<Merge, 'from' | 'into' | 'holds'>,
): Promise<void> {
  for (const { kind, ref } of holds)
    await tx.db
      .updateTable('ticket_holds')
      .set({ ticket_id: from })
      .where('ticket_id', '=', into)
      .where('kind', '=', kind)
      .where('ref', '=', ref)
      .execute()
}

export async function movePromises(tx: Tx, from: TicketId, into: TicketId): Promise<string[]> {
  const rows = await tx.db
    .updateTable('promises')
    .set({ ticket_id: into })
    .where('ticket_id', '=', from)
    .where('state', '=', 'open')
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

export async function giveBackPromises(tx: Tx, from: TicketId, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.db
    .updateTable('promises')
    .set({ ticket_id: from })
    .where('id', 'in', [...ids])
    .execute()
}
