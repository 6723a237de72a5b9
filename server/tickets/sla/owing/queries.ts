import { sql } from 'kysely'
import type { ClockId, StaffId, TicketId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'
import type { ClockKind } from '../rules.ts'

export type TellingClock = {
  readonly id: ClockId
  readonly ticketId: TicketId
  readonly kind: ClockKind
  readonly dueAt: Date
  readonly endedAt: Date | null
  /** Whoever had the conversation when it ended or ran out, or last before that. */
  readonly holder: StaffId | null
  /** It had run out before, and that was noted. */
  readonly noted: boolean
}

/** Clocks of these tickets that have ended or run out and whose obligation does not say so yet. */
export async function listTelling(db: Reader, ticketIds: readonly TicketId[]): Promise<TellingClock[]> {
  const { rows } = await sql<{
    id: string
    ticket_id: string
    kind: ClockKind
    due_at: Date | null
    ended_at: Date | null
    staff_id: string | null
    noted: boolean
  }>`
    select c.id, c.ticket_id, c.kind, c.due_at, c.ended_at, held.staff_id, o.id is not null as noted
    from ticket_clocks c
    left join obligations o on o.subject = 'ticket:' || c.ticket_id and o.part = c.id::text and o.kind in ('answer', 'resolution')
    left join lateral (
      select a.staff_id from assignments a
      where a.ticket_id = c.ticket_id and a.opened_at <= coalesce(c.ended_at, c.due_at) order by a.opened_at desc limit 1
    ) held on true
    where c.ticket_id = any(${[...ticketIds]}::bigint[]) and c.outcome is distinct from 'void'
      and ((c.ended_at is not null and o.done_at is null) or (c.ended_at is null and c.breached_at is not null and o.id is null))
    order by c.id`.execute(db)
  return rows.flatMap((row) => {
    // One that stood still at its end was met: its time had not run out.
    const dueAt = row.due_at ?? row.ended_at
    return dueAt
      ? [
          {
            id: row.id as ClockId,
            ticketId: row.ticket_id as TicketId,
            kind: row.kind,
            dueAt,
            endedAt: row.ended_at,
            holder: row.staff_id as StaffId | null,
            noted: row.noted,
          },
        ]
      : []
  })
}
