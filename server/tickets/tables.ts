import type { Generated, JSONColumnType } from 'kysely'
import type { AssignmentEnd, Channel } from '../events/tickets.ts'
import type { Language } from '../kernel/language.ts'
import type { RatingSource } from './ratings/rules.ts'
import type { TicketState } from './rules.ts'
import type { Priority } from './sla/rules.ts'

export type TicketTables = {
  tickets: {
    id: Generated<string>
    number: Generated<string>
    /** 1, and one more with each reopening; ratings are once a round. */
    round: Generated<number>
    state: TicketState
    waiting_on: Generated<'us' | 'customer'>
    customer_id: string
    visitor_id: string | null
    channel: Channel
    language: Language
    category_id: string | null
    subject: string
    came_from: string | null
    need: string | null
    result: string | null
    /** Stands before all that are not: complaint, reopened, shift over. */
    head: Generated<boolean>
    priority: Generated<Priority>
    /** The place in the queue; kept when a ticket is given back. */
    place_at: Date
    created_at: Date
    queued_at: Date | null
    complained_at: Date | null
    /** When the customer must have an answer; null while we wait for the customer. */
    answer_due_at: Date | null
    first_answered_at: Date | null
    /** What we promised: the next time the customer hears from us. */
    promised_at: Date | null
    /** When somebody must look at it next; never null while it is open. */
    next_at: Generated<Date | null>
    /** The customer said that it is solved. */
    confirmed_at: Generated<Date | null>
    /** Null until the first resolve; then whether the first contact was enough (REGULATION row 36). */
    first_contact: Generated<boolean | null>
    last_seq: Generated<number>
    last_message_at: Date
    epoch: Generated<number>
    last_handler_id: string | null
    resolved_at: Date | null
    /** Who resolved it; null while it is not, and where the customer ended it. */
    resolved_by: Generated<string | null>
    closes_at: Date | null
    closed_at: Date | null
    /** When the words in it were erased; number, states and times stay. */
    erased_at: Generated<Date | null>
    version: Generated<number>
  }
  assignments: {
    id: Generated<string>
    ticket_id: string
    staff_id: string
    shift_id: string | null
    round: number
    epoch: number
    opened_at: Date
    ended_at: Date | null
    end_reason: AssignmentEnd | null
  }
  /** A ticket with a hold cannot be resolved; other features set and lift them. */
  ticket_holds: { ticket_id: string; kind: string; ref: string; set_at: Date }
  messages: {
    id: Generated<string>
    ticket_id: string
    seq: number
    round: number
    /** `customer`, `house` or `staff:<id>`. */
    author: string
    staff_id: string | null
    client_id: string
    body: string
    /** House lines have no body: a dictionary key under `conversation.house` and its details. */
    code: string | null
    details: JSONColumnType<Record<string, string | number>> | null
    at: Date
  }
  /** Words among colleagues, in a table of their own so that no customer query can reach them (RELIABILITY 13). */
  notes: {
    id: Generated<string>
    ticket_id: string
    staff_id: string
    client_id: string
    after_seq: number
    body: string
    at: Date
  }
  marks: {
    ticket_id: string
    /** `customer` or `staff:<id>`. */
    reader: string
    delivered_seq: Generated<number>
    read_seq: Generated<number>
    read_at: Date | null
  }
  request_links: { token_hash: Buffer; ticket_id: string; made_at: Date }
  ratings: {
    id: Generated<string>
    ticket_id: string
    round: number
    state: 'asked' | 'given' | 'withdrawn'
    asked_at: Date
    /** Frozen when the rating is asked for; never derived later. */
    handlers: JSONColumnType<Handler[]>
    service: number | null
    product: number | null
    reasons: Generated<string[]>
    comment: string | null
    source: RatingSource | null
    given_at: Date | null
  }
}

/** One person's part in a round: how many of the staff's messages, and their share 0..1. */
export type Handler = { staffId: string; shiftId: string | null; messages: number; share: number }
