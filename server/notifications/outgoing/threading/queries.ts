import { sql } from 'kysely'
import type { MailId, TicketId } from '../../../kernel/ids.ts'
import type { Language } from '../../../kernel/language.ts'
import type { Reader } from '../../../schema.ts'
import { listOrigins } from '../../../tickets/merging/queries.ts'

/** A letter of a thread: one of ours, or the `Message-ID` of one of the customer's. */
export type Earlier =
  | { readonly ours: MailId; readonly theirs?: undefined }
  | { readonly theirs: string; readonly ours?: undefined }

/** Beyond these a thread is known by its beginning and its end. */
const MOST_EARLIER = 20

/** The language of a conversation, and the letters of its thread that may have arrived before this one, in their order. */
export async function threadOf(
  db: Reader,
  ticketId: TicketId,
  before: MailId,
): Promise<{ language: Language; earlier: Earlier[] }> {
  const { language } = await db
    .selectFrom('tickets')
    .select('language')
    .where('id', '=', ticketId)
    .executeTakeFirstOrThrow()
  const ids = [ticketId, ...(await listOrigins(db, ticketId)).map((one) => one.ticketId)]
  const { rows } = await sql<{ ours: MailId | null; theirs: string | null }>`
    select ours, theirs from (
      select ours, theirs, row_number() over (order by at, ours) as n, row_number() over (order by at desc, ours desc) as back from (
        select m.id as ours, null::text as theirs, m.made_at as at from outgoing_mails m
          where m.ticket_id = any(${ids}::bigint[]) and m.kind in ('unread', 'transcript', 'morning')
            and m.state in ('sent', 'unknown', 'sending') and m.id < ${before}
        union all
        select null, i.message_id, i.settled_at from incoming_mails i
          where i.ticket_id = any(${ids}::bigint[]) and i.message_id is not null) letters) numbered
    where n = 1 or back < ${MOST_EARLIER} order by n`.execute(db)
  return { language, earlier: rows.map(({ ours, theirs }) => (ours ? { ours } : { theirs: theirs ?? '' })) }
}
