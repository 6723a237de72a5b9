import type { Channel } from '../../events/tickets.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { addDays, DAY, HOUR, instantOf, MINUTE, nightOf, plus, SECOND } from '../../kernel/time.ts'
import { hashOf, newToken } from '../../platform/tokens.ts'
import type { Tx } from '../../schema.ts'
import { subjectOf } from '../../tickets/rules.ts'
import type { Agent, Cast, Line } from './cast.ts'
import { ACCEPTED_AFTER_SECONDS, writeAssignments, writeMarks, writeRating } from './handling.ts'
import type { DemoConversation, DemoLine } from './types.ts'

/** The company's own pages, where its customers were when they asked; nobody is there. */
const SITE = 'https://www.clearbrook.example'

/** When a conversation began: the last night but so many in which it was over by now. Nothing of history is still to come. */
export function beginOf({ begins, lines, state }: DemoConversation, now: Date, zone: string): Date {
  if ('minutesAgo' in begins) return plus(now, -begins.minutesAgo * MINUTE)
  const talk = lines.reduce((sum, { after }) => sum + after, 0) * SECOND
  const latest = plus(now, -talk - AFTERWARDS - (state === 'closed' ? HOUR : 0))
  for (let night = addDays(nightOf(now, zone), -begins.nightsAgo); ; night = addDays(night, -1)) {
    const begin = plus(instantOf(night, '22:00', zone), begins.minute * MINUTE)
    if (begin <= latest) return begin
  }
}
/** Resolved after two minutes, rated after three more. */
const AFTERWARDS = 5 * MINUTE

/** Writes one conversation as it would stand after having happened: numbers, epochs, marks, rating and its frozen handlers. */
export async function writeHistory(
  tx: Tx,
  conversation: DemoConversation,
  { customerId, categoryId, agents, zone }: Cast,
): Promise<TicketId> {
  const { db } = tx
  const begin = beginOf(conversation, tx.now, zone)
  const { state } = conversation
  const [first, second] = agents
  const talk = unroll(conversation.lines, begin, first, second)
  const spoken = talk.messages
  const last = spoken.at(-1)?.at ?? begin
  const ended = state === 'resolved' || state === 'closed' || state === 'spam'
  const resolvedAt = ended ? plus(last, 2 * MINUTE) : null
  const closesAt = resolvedAt ? (state === 'closed' ? plus(resolvedAt, HOUR) : plus(resolvedAt, 3 * DAY)) : null
  const answered = spoken.find(({ agent }) => agent)?.at ?? null
  const epoch = first ? (talk.transferredAt ? 2 : 1) : 0
  const lastBy = spoken.at(-1)?.agent ? 'customer' : 'us'
  const owner = talk.transferredAt ? second : first
  const question = conversation.lines[0]?.text ?? ''
  const { id } = await db
    .insertInto('tickets')
    .values({
      state,
      waiting_on: ended ? 'customer' : lastBy,
      customer_id: customerId,
      visitor_id: null,
      channel: conversation.channel satisfies Channel,
      language: conversation.language,
      category_id: categoryId,
      subject: subjectOf(question),
      came_from: conversation.page ? `${SITE}${conversation.page}` : null,
      need: conversation.need ?? null,
      result: conversation.result ?? null,
      head: conversation.complaint === true && !ended,
      place_at: begin,
      created_at: begin,
      queued_at: state === 'new' ? null : begin,
      complained_at: conversation.complaint ? plus(begin, 5 * MINUTE) : null,
      answer_due_at:
        !ended && state !== 'new' && lastBy === 'us'
          ? plus(tx.now, state === 'queued' ? -2 * MINUTE : 40 * SECOND)
          : null,
      first_answered_at: answered,
      promised_at: state === 'new' ? plus(tx.now, 8 * HOUR) : null,
      last_seq: 0,
      last_message_at: last,
      epoch,
      last_handler_id: owner && answered ? owner.staffId : null,
      resolved_at: resolvedAt,
      closes_at: closesAt,
      closed_at: state === 'closed' ? closesAt : state === 'spam' ? resolvedAt : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const ticketId = id as TicketId
  const lines = [...spoken]
  if (first && answered)
    lines.splice(1, 0, {
      at: plus(begin, ACCEPTED_AFTER_SECONDS * SECOND),
      code: 'joined',
      details: { name: first.name, nameEn: first.nameEn },
    })
  else
    lines.splice(1, 0, {
      at: plus(begin, SECOND),
      code: state === 'new' ? 'promised' : 'received',
      details: state === 'new' ? { at: plus(tx.now, 8 * HOUR).toISOString() } : {},
    })
  if (resolvedAt && state !== 'spam') lines.push({ at: resolvedAt, code: 'resolved', details: {} })
  await db
    .insertInto('messages')
    .values(
      lines.map((line, n) => ({
        ticket_id: ticketId,
        seq: n + 1,
        round: 1,
        author: line.code ? 'house' : line.agent ? `staff:${line.agent.staffId}` : 'customer',
        staff_id: line.agent?.staffId ?? null,
        client_id: crypto.randomUUID(),
        body: line.text ?? '',
        code: line.code ?? null,
        details: line.details ? JSON.stringify(line.details) : null,
        at: line.at,
      })),
    )
    .execute()
  await db.updateTable('tickets').set({ last_seq: lines.length }).where('id', '=', ticketId).execute()
  for (const note of talk.notes)
    await db
      .insertInto('notes')
      .values({
        ticket_id: ticketId,
        staff_id: note.agent.staffId,
        client_id: crypto.randomUUID(),
        after_seq: note.after + 1,
        body: note.text,
        at: note.at,
      })
      .execute()
  await db
    .insertInto('request_links')
    .values({ token_hash: hashOf(newToken()), ticket_id: ticketId, made_at: begin })
    .execute()
  if (first && answered)
    await writeAssignments(tx, ticketId, {
      first,
      second,
      begin,
      transferredAt: talk.transferredAt,
      end: resolvedAt,
      why: state === 'spam' ? 'spam' : 'resolved',
    })
  if (answered) await writeMarks(tx, ticketId, owner, lines.length, ended)
  if (resolvedAt && state !== 'spam' && answered)
    await writeRating(tx, ticketId, conversation, talk.messages, resolvedAt)
  return ticketId
}

function unroll(lines: readonly DemoLine[], begin: Date, first: Agent | undefined, second: Agent | undefined) {
  const messages: Line[] = []
  const notes: { at: Date; agent: Agent; text: string; after: number }[] = []
  let at = begin
  let agent = first
  let transferredAt: Date | null = null
  for (const line of lines) {
    at = plus(at, line.after * SECOND)
    if (line.by === 'transfer' && second) {
      agent = second
      transferredAt = at
      messages.push({ at, code: 'handed_over', details: { name: second.name, nameEn: second.nameEn } })
    } else if (line.by === 'note' && agent) notes.push({ at, agent, text: line.text, after: messages.length })
    else if (line.by === 'agent' && agent) messages.push({ at, agent, text: line.text })
    else if (line.by === 'customer') messages.push({ at, text: line.text })
  }
  return { messages, notes, transferredAt }
}
