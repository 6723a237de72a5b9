import type { TicketId } from '../../kernel/ids.ts'
import { DAY, plus } from '../../kernel/time.ts'
import type { Reader, Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { standsFor } from '../merging/queries.ts'

/** The ticket a private link opens, until so many days after its closing (RELIABILITY 17). */
export async function findTicketByLink(db: Reader, tokenHash: Buffer, now: Date): Promise<TicketId | undefined> {
  const { requestPageDays } = await currentSettings(db)
  const row = await db
    .selectFrom('request_links as l')
    .innerJoin('tickets as t', 't.id', 'l.ticket_id')
    .select('t.id')
    .where('l.token_hash', '=', tokenHash)
    .where((where) =>
      where.or([where('t.closed_at', 'is', null), where('t.closed_at', '>', plus(now, -requestPageDays * DAY))]),
    )
    .executeTakeFirst()
  return row && standsFor(db, row.id as TicketId)
}

export async function storeLink(tx: Tx, ticketId: TicketId, tokenHash: Buffer): Promise<void> {
  await tx.db
    .insertInto('request_links')
    .values({ token_hash: tokenHash, ticket_id: ticketId, made_at: tx.now })
    .execute()
}
