import type { ClockId, TicketId } from '../../../kernel/ids.ts'
import { noteDone, owe } from '../../../obligations/actions.ts'
import type { Owed } from '../../../obligations/queries.ts'
import type { Tx } from '../../../schema.ts'
import { findClock, holderAt } from './queries.ts'

/**
 * What a clock has become (REGULATION row 1), as its end or its breach tells it. While it runs the desk shows it, and it
 * may stand still: so it is noted once it is known, and never drives anything.
 */
export async function oweBreached(tx: Tx, id: ClockId, ticketId: TicketId, dueAt: Date): Promise<void> {
  const owed = await owedBy(tx, id, ticketId, dueAt)
  if (owed) await owe(tx, owed)
}

export async function noteEnded(tx: Tx, id: ClockId, ticketId: TicketId): Promise<void> {
  const clock = await findClock(tx.db, id)
  if (!clock?.endedAt) return
  // One that stood still at its end was met: its time had not run out.
  const owed = await owedBy(tx, id, ticketId, clock.dueAt ?? clock.endedAt)
  if (owed) await noteDone(tx, owed, { at: clock.endedAt, by: owed.staffId ?? null })
}

async function owedBy(tx: Tx, id: ClockId, ticketId: TicketId, dueAt: Date): Promise<Owed | null> {
  const clock = await findClock(tx.db, id)
  if (!clock) return null
  const holder = await holderAt(tx.db, ticketId, clock.endedAt ?? dueAt)
  const what = {
    kind: clock.kind === 'resolution' ? ('resolution' as const) : ('answer' as const),
    subject: `ticket:${ticketId}`,
    part: id,
    dueAt,
    path: `/desk/${ticketId}`,
  }
  return holder ? { staffId: holder, post: 'service', ...what } : { post: 'service', ...what }
}
