import type { ClockId, StaffId, TicketId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'
import type { ClockKind } from '../rules.ts'

export type EndedClock = {
  readonly kind: ClockKind
  readonly targetSeconds: number
  readonly dueAt: Date | null
  readonly endedAt: Date | null
}

export async function findClock(db: Reader, id: ClockId): Promise<EndedClock | undefined> {
  const row = await db
    .selectFrom('ticket_clocks')
    .select(['kind', 'target_seconds', 'due_at', 'ended_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { kind: row.kind, targetSeconds: row.target_seconds, dueAt: row.due_at, endedAt: row.ended_at }
}

/** Whoever had the conversation at that instant, or last before it. */
export async function holderAt(db: Reader, ticketId: TicketId, at: Date): Promise<StaffId | null> {
  const row = await db
    .selectFrom('assignments')
    .select('staff_id')
    .where('ticket_id', '=', ticketId)
    .where('opened_at', '<=', at)
    .orderBy('opened_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (row?.staff_id as StaffId | undefined) ?? null
}
