import type { Reader, Tx } from '../../../schema.ts'

/** Offers of tickets, and of requests to a post (escalations): other rows, which end alike. */
type OfferTable = 'offers' | 'escalation_offers'
export type OfferEnd = 'taken' | 'passed' | 'expired' | 'withdrawn'

/** False where the offer had ended already. */
export async function endOfferIn(tx: Tx, table: OfferTable, id: string, state: OfferEnd): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable(table)
    .set({ state, ended_at: tx.now })
    .where('id', '=', id)
    .where('state', '=', 'made')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Open ones whose time is over, the oldest first. */
export async function listExpiredIn<Id extends string>(
  db: Reader,
  table: OfferTable,
  { now, limit }: { now: Date; limit: number },
): Promise<{ id: Id; version: number }[]> {
  const rows = await db
    .selectFrom(table)
    .select('id')
    .where('state', '=', 'made')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as Id, version: 0 }))
}
