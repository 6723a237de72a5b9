import { withoutErased } from '../../kernel/erased.ts'
import type { Reader } from '../../schema.ts'
import type { SignedIn } from '../../web/env.ts'
import { exclusionOf } from '../conduct/queries.ts'
import { listNotes, marksOf } from '../messages/queries.ts'
import { ratingOf } from '../ratings/queries.ts'
import type { SeenTicket } from './reading.ts'

/** A conversation as a colleague's program gets it (desk/protocol.md). */
export async function ticketAsJson(db: Reader, me: SignedIn, ticket: SeenTicket) {
  const [marks, rating, excluded] = await Promise.all([
    marksOf(db, ticket.id),
    ratingOf(db, ticket.id),
    exclusionOf(db, ticket.id),
  ])
  return {
    id: ticket.id,
    number: ticket.number,
    subject: withoutErased(ticket.subject),
    state: ticket.state,
    round: ticket.round,
    waitingOn: ticket.waiting_on,
    channel: ticket.channel,
    language: ticket.language,
    customer: { id: ticket.customer_id, name: withoutErased(ticket.customerName) },
    categoryId: ticket.category_id,
    need: ticket.need && withoutErased(ticket.need),
    result: ticket.result && withoutErased(ticket.result),
    complained: ticket.complained_at !== null,
    with: ticket.assignment && {
      staffId: ticket.assignment.staffId,
      name: ticket.assignment.name,
      nameEn: ticket.assignment.nameEn,
    },
    mine: ticket.assignment?.staffId === me.staffId,
    epoch: ticket.epoch,
    lastSeq: ticket.last_seq,
    answerDueAt: ticket.answer_due_at?.toISOString() ?? null,
    promisedAt: ticket.promised_at?.toISOString() ?? null,
    marks,
    rating:
      rating && rating.state !== 'withdrawn'
        ? { state: rating.state, service: rating.service, product: rating.product }
        : null,
    /** Why the ticket and its rating have left the appraisal, or null. */
    excluded: excluded?.reason ?? null,
    createdAt: ticket.created_at.toISOString(),
  }
}

/** What colleagues noted, in the order in which they did. */
export const notesAsJson = async (db: Reader, { id, veil }: SeenTicket) =>
  (await listNotes(db, id)).map(({ at, body, ...note }) => ({
    ...note,
    body: withoutErased(veil.words(body)),
    at: at.toISOString(),
  }))
