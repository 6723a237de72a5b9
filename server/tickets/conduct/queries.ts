import { type RawBuilder, sql } from 'kysely'
import type { AbuseCaseId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

/**
 * In another statement: whether a ticket has left the appraisal. **Every count of ratings, times or solutions that is held
 * against one person asks this**; what is counted of the team does not.
 */
export const isExcluded = (ticket: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`exists (select from ticket_exclusions x where x.ticket_id = ${ticket})`

export type Exclusion = { reason: 'abuse'; at: Date; by: { name: string; nameEn: string } }

export async function exclusionOf(db: Reader, ticketId: TicketId): Promise<Exclusion | undefined> {
  const row = await db
    .selectFrom('ticket_exclusions as x')
    .innerJoin('staff as s', 's.id', 'x.excluded_by')
    .select(['x.reason', 'x.excluded_at', 's.name', 's.name_en'])
    .where('x.ticket_id', '=', ticketId)
    .executeTakeFirst()
  return row && { reason: row.reason, at: row.excluded_at, by: { name: row.name, nameEn: row.name_en } }
}

/** False where it is out already. */
export async function insertExclusion(
  tx: Tx,
  { ticketId, caseId, by }: { ticketId: TicketId; caseId: AbuseCaseId; by: StaffId },
): Promise<boolean> {
  const row = await tx.db
    .insertInto('ticket_exclusions')
    .values({ ticket_id: ticketId, reason: 'abuse', ref: caseId, excluded_by: by, excluded_at: tx.now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('ticket_id')
    .executeTakeFirst()
  return row !== undefined
}

/** Those that come back. */
export async function deleteExclusions(tx: Tx, caseId: AbuseCaseId): Promise<TicketId[]> {
  const rows = await tx.db.deleteFrom('ticket_exclusions').where('ref', '=', caseId).returning('ticket_id').execute()
  return rows.map(({ ticket_id }) => ticket_id as TicketId)
}
