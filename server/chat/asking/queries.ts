import { sql } from 'kysely'
import { type Measure, type MeasureJson, measureFrom, measureOn } from '../../customers/abuse/measures/queries.ts'
import type { Contact } from '../../customers/rules.ts'
import { isSomeoneOnPost } from '../../desk/on-post/queries.ts'
import type { CategoryId, MessageId, TicketId, VisitorId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'

/** What decides about a question: whether it came before, what else of this visitor is open, and how the house stands. */
export type Standing = {
  asked: boolean
  open: TicketId | null
  terms: number
  topicThere: boolean
  onPost: boolean
  /** What is in force on whoever asks, or on whomever the contact they give belongs to, or on their network. */
  measure: Measure | undefined
}

type Asking = { clientId: string; topicId: CategoryId | null; contact: Contact | undefined }

/** In one statement. Only what was committed before the visitor was locked is missing in it: so lock first. */
export async function readStanding(
  db: Reader,
  visitorId: VisitorId,
  { clientId, topicId, contact, now }: Asking & { now: Date },
): Promise<Standing> {
  const { quietSeconds } = await currentSettings(db)
  const here = { customer: sql`(select customer_id from visitors where id = ${visitorId})`, visitor: sql`${visitorId}` }
  const { rows } = await sql<Omit<Standing, 'measure'> & { measure: MeasureJson | null }>`
    select
      exists (select from tickets t join messages m on m.ticket_id = t.id and m.seq = 1
        where t.visitor_id = ${visitorId} and m.client_id = ${clientId}::uuid) as asked,
      (select id from tickets where visitor_id = ${visitorId} and state in ('new', 'queued', 'open')) as open,
      (select coalesce(max(version), 0) from customer_terms) as terms,
      (${topicId}::bigint is null or exists (select from categories where id = ${topicId} and active)) as "topicThere",
      ${measureOn(here, contact ?? null, now)} as measure,
      ${isSomeoneOnPost(now, quietSeconds)} as "onPost"`.execute(db)
  const [row] = rows
  if (!row) throw new Error('no answer about how the house stands')
  return { ...row, measure: measureFrom(row.measure) }
}

export type FirstMessage = { ticketId: TicketId; number: string; body: string; seq: number; id: MessageId; at: Date }

/** The question that a visitor has asked under this client id before, if any. */
export async function findAsked(db: Reader, visitorId: VisitorId, clientId: string): Promise<FirstMessage | undefined> {
  const row = await firstMessages(db)
    .where('t.visitor_id', '=', visitorId)
    .where('m.client_id', '=', clientId)
    .executeTakeFirst()
  return row && firstMessage(row)
}

const firstMessages = (db: Reader) =>
  db
    .selectFrom('tickets as t')
    .innerJoin('messages as m', (join) => join.onRef('m.ticket_id', '=', 't.id').on('m.seq', '=', 1))
    .select(['t.id as ticketId', 't.number', 'm.id', 'm.body', 'm.seq', 'm.at'])
const firstMessage = (row: Omit<FirstMessage, 'ticketId' | 'id'> & { ticketId: string; id: string }): FirstMessage => ({
  ...row,
  ticketId: row.ticketId as TicketId,
  id: row.id as MessageId,
})
