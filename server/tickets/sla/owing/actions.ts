import type { TicketId } from '../../../kernel/ids.ts'
import { noteDone, owe, settle } from '../../../obligations/actions.ts'
import type { Owed } from '../../../obligations/queries.ts'
import type { Tx } from '../../../schema.ts'
import { listTelling, type TellingClock } from './queries.ts'

/**
 * What the clocks of these tickets have become (REGULATION row 1). While a clock runs the desk shows it, and it may stand
 * still: so it is noted once its end or its breach is known, and never drives anything.
 */
export async function noteClocks(tx: Tx, ticketIds: readonly TicketId[]): Promise<void> {
  const telling = await listTelling(tx.db, ticketIds)
  await owe(tx, ...telling.filter(({ endedAt }) => !endedAt).map(owedBy))
  const ended = telling.flatMap((one) => (one.endedAt ? [{ ...one, at: one.endedAt, by: one.holder }] : []))
  await noteDone(
    tx,
    ended.filter(({ noted }) => !noted).map((one) => ({ owed: owedBy(one), at: one.at, by: one.by })),
  )
  // Who let it run out keeps that, whoever answered after all.
  for (const one of ended) if (one.noted) await settle(tx, { ...owedBy(one), part: one.id }, one)
}

function owedBy({ id, ticketId, kind, dueAt, holder }: TellingClock): Owed {
  const what = {
    kind: kind === 'resolution' ? ('resolution' as const) : ('answer' as const),
    subject: `ticket:${ticketId}`,
    part: id,
    dueAt,
    path: `/desk/${ticketId}`,
  }
  return holder ? { staffId: holder, post: 'service', ...what } : { post: 'service', ...what }
}
