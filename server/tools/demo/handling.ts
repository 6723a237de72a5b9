import type { AssignmentEnd } from '../../events/tickets.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { MINUTE, plus, SECOND } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'
import type { Handler } from '../../tickets/tables.ts'
import type { Agent, Line } from './cast.ts'
import type { DemoConversation } from './types.ts'

/** First answers of a good night: between half a minute and three. */
export const ACCEPTED_AFTER_SECONDS = 25

type Held = {
  first: Agent
  second: Agent | undefined
  begin: Date
  transferredAt: Date | null
  end: Date | null
  why: AssignmentEnd
}

export async function writeAssignments(
  { db }: Tx,
  ticketId: TicketId,
  { first, second, begin, transferredAt, end, why }: Held,
): Promise<void> {
  const row = (agent: Agent, epoch: number, opened: Date, ended: Date | null, reason: AssignmentEnd | null) => ({
    ticket_id: ticketId,
    staff_id: agent.staffId,
    shift_id: agent.shiftId,
    round: 1,
    epoch,
    opened_at: opened,
    ended_at: ended,
    end_reason: reason,
  })
  const opened = plus(begin, ACCEPTED_AFTER_SECONDS * SECOND)
  const reason = end ? why : null
  const rows =
    transferredAt && second
      ? [row(first, 1, opened, transferredAt, 'transferred'), row(second, 2, transferredAt, end, reason)]
      : [row(first, 1, opened, end, reason)]
  await db.insertInto('assignments').values(rows).execute()
}

export async function writeMarks(
  { db, now }: Tx,
  ticketId: TicketId,
  owner: Agent | undefined,
  last: number,
  ended: boolean,
): Promise<void> {
  if (!owner) return
  const read = ended ? last : Math.max(1, last - 1)
  await db
    .insertInto('marks')
    .values([
      { ticket_id: ticketId, reader: 'customer', delivered_seq: last, read_seq: read, read_at: now },
      { ticket_id: ticketId, reader: `staff:${owner.staffId}`, delivered_seq: last, read_seq: read, read_at: now },
    ])
    .execute()
}

export async function writeRating(
  { db }: Tx,
  ticketId: TicketId,
  { rating }: DemoConversation,
  messages: readonly Line[],
  askedAt: Date,
): Promise<void> {
  const said = messages.flatMap(({ agent }) => (agent ? [agent] : []))
  const handlers: Handler[] = [...new Set(said)].map((agent) => {
    const count = said.filter((one) => one === agent).length
    return {
      staffId: agent.staffId,
      shiftId: agent.shiftId,
      messages: count,
      share: Math.round((count / said.length) * 1000) / 1000,
    }
  })
  await db
    .insertInto('ratings')
    .values({
      ticket_id: ticketId,
      round: 1,
      state: rating ? 'given' : 'asked',
      asked_at: askedAt,
      handlers: JSON.stringify(handlers),
      service: rating?.service ?? null,
      product: rating?.product ?? null,
      reasons: rating?.reasons ?? [],
      comment: rating?.comment ?? null,
      source: rating ? 'chat' : null,
      given_at: rating ? plus(askedAt, 3 * MINUTE) : null,
    })
    .execute()
}
