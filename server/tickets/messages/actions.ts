import { networkBanned } from '../../customers/abuse/measures/queries.ts'
import { secondsUntil, whyBanned } from '../../customers/abuse/measures/rules.ts'
import type { MessageId, NoteId, StaffId, TicketId } from '../../kernel/ids.ts'
import { Conflict, NotFound, refusal, TooMany } from '../../kernel/refusal.ts'
import { type Actor, nameOf, need, staffOf } from '../../platform/actor.ts'
import { announce, speak } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { FILE_CODE, type FileDetails } from '../files/rules.ts'
import { isErased, lockTicket, type TicketRow } from '../queries.ts'
import { toDesk } from './live.ts'
import type { Posted } from './posting/queries.ts'
import { callPostMessage, insertNote, type MessageView, moveMarks } from './queries.ts'

export type Author =
  | { readonly kind: 'customer' }
  | { readonly kind: 'staff'; readonly staffId: StaffId; readonly epoch: number }
export type Accepted = { readonly seq: number; readonly id: MessageId; readonly at: Date; readonly repeated: boolean }

/**
 * Takes one message exactly once (RELIABILITY 2): the same client id with the same text returns the first one.
 * With a `file` the body is its name. The caller has checked that the actor may speak in this conversation; a colleague's epoch is checked here.
 * @throws Conflict client_id_reused | stale_assignment | conversation_closed; NotFound
 */
export async function postMessage(
  tx: Tx,
  message: { ticketId: TicketId; by: Author; clientId: string; body: string; file?: FileDetails },
): Promise<Accepted> {
  const { by, ticketId, clientId, body, file } = message
  const told = { code: file ? FILE_CODE : null, details: file ? { ...file } : null }
  const { answerSeconds } = await currentSettings(tx.db)
  const posted = await callPostMessage(tx, {
    ticketId,
    author: by.kind === 'customer' ? 'customer' : `staff:${by.staffId}`,
    staffId: by.kind === 'staff' ? by.staffId : null,
    epoch: by.kind === 'staff' ? by.epoch : null,
    clientId,
    body,
    ...told,
    actor: nameOf(tx.actor),
    answerSeconds,
  })
  if (posted.outcome === 'banned_network') throw await networkBanned(tx.db, posted.at ?? tx.now, tx.now)
  return accepted(tx, posted, { ticketId, clientId, body, author: by.kind, ...told })
}

/** A line of the house in the conversation, in each reader's language: `conversation.house.<code>`. */
export async function sayHouse(
  tx: Tx,
  ticketId: TicketId,
  code: string,
  details: Record<string, string | number> = {},
): Promise<void> {
  const { answerSeconds } = await currentSettings(tx.db)
  const clientId = crypto.randomUUID()
  const posted = await callPostMessage(tx, {
    ticketId,
    author: 'house',
    staffId: null,
    epoch: null,
    clientId,
    body: '',
    code,
    details,
    actor: nameOf(tx.actor),
    answerSeconds,
  })
  accepted(tx, posted, { ticketId, clientId, body: '', author: 'house', code, details })
}

type Words = {
  ticketId: TicketId
  clientId: string
  body: string
  author: MessageView['author']
  code: string | null
  details: Record<string, string | number> | null
}

function accepted(tx: Tx, posted: Posted, words: Words): Accepted {
  switch (posted.outcome) {
    case 'missing':
      throw new NotFound()
    case 'stale':
      throw new Conflict('stale_assignment')
    case 'reused':
      throw new Conflict('client_id_reused')
    case 'shut':
      throw new Conflict('conversation_closed')
    case 'banned':
      throw whyBanned(posted.at ?? tx.now, tx.now)
    case 'slow':
      throw new TooMany(secondsUntil(posted.at ?? tx.now, tx.now), 'limited')
    case 'slow_network':
      throw new TooMany(secondsUntil(posted.at ?? tx.now, tx.now), 'limited', true)
  }
  const { seq, message_id: id, at, event_id: eventId, round } = posted
  if (seq === null || id === null || at === null || round === null)
    throw new Error('post_message accepted without a number')
  if (posted.outcome === 'posted' && eventId !== null) {
    const by = words.author
    // The function wrote event and outbox row; here they only join what is told after the commit.
    tx.announced.push({
      id: eventId,
      name: 'message.posted',
      payload: { ticketId: words.ticketId, messageId: id, seq, by },
      about: [`ticket:${words.ticketId}`, ...(posted.worker ? [`work:${posted.worker}`] : [])],
    })
    sayTo(tx, {
      id,
      seq,
      round,
      ticketId: words.ticketId,
      author: by,
      clientId: words.clientId,
      body: words.body,
      at: at.toISOString(),
      ...(by === 'staff' && tx.actor.kind === 'staff'
        ? { staffId: tx.actor.staffId, name: posted.name ?? '', nameEn: posted.name_en ?? '' }
        : {}),
      ...(words.code ? { code: words.code, details: words.details ?? {} } : {}),
    })
  }
  return { seq, id, at, repeated: posted.outcome === 'repeated' }
}

function sayTo(tx: Tx, view: MessageView): void {
  speak(tx, { namespace: '/chat', room: `chat:${view.ticketId}`, event: 'message', data: view })
  for (const spoken of toDesk(view)) speak(tx, spoken)
}

/** Words among colleagues; the customer's page, socket and mail never carry them. Twice with one client id is once. */
export async function addNote(
  tx: Tx,
  note: { ticketId: TicketId; body: string; clientId: string },
): Promise<NoteId | undefined> {
  need(tx, 'ticket.read')
  const staffId = staffOf(tx)
  const ticket = await lockTicket(tx, note.ticketId)
  // Nobody writes about a customer who is forgotten: nothing would come to take it away again.
  if (await isErased(tx.db, note.ticketId)) throw refusal('privacy.erased', {}, 'body')
  const noteId = await insertNote(tx, { ...note, staffId, afterSeq: ticket.last_seq })
  if (noteId)
    await announce(
      tx,
      'note.added',
      { ticketId: note.ticketId, noteId, staffId },
      { about: [`ticket:${note.ticketId}`, `notes:${note.ticketId}`] },
    )
  return noteId
}

/** Delivered and read marks of one side. They only move forward; both sides hear of it live. Not an event: marks are not history. */
export async function mark(
  tx: Tx,
  ticketId: TicketId,
  side: 'customer' | 'staff',
  to: { delivered?: number; read?: number },
): Promise<void> {
  const reader = side === 'customer' ? 'customer' : `staff:${staffOf(tx)}`
  const moved = await moveMarks(tx, ticketId, reader, { delivered: to.delivered ?? 0, read: to.read ?? 0 })
  if (!moved) return
  const data = { ticketId, by: side, ...moved }
  speak(tx, { namespace: '/chat', room: `chat:${ticketId}`, event: 'marks', data })
  for (const room of [`talk:${ticketId}`, `masked:${ticketId}`])
    speak(tx, { namespace: '/desk', room, event: 'marks', data })
}

/** The customer's side of a ticket: its visitor, or whoever holds its link. Anyone else's ticket is not there. */
export function needCustomerOf(
  { actor }: { readonly actor: Actor },
  ticket: Pick<TicketRow, 'id' | 'visitor_id'>,
): void {
  const theirs =
    actor.kind === 'system' ||
    (actor.kind === 'visitor' && ticket.visitor_id === actor.visitorId) ||
    (actor.kind === 'link' && ticket.id === actor.ticketId)
  if (!theirs) throw new NotFound()
}
