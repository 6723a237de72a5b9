import { type RawBuilder, sql } from 'kysely'
import type { CustomerLetterKind } from '../../events/notifications.ts'
import type { CustomerId, CustomerLetterId, MailId, TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { MailState } from '../../platform/tables.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'
import { type MessageView, viewOf } from '../../tickets/messages/queries.ts'
import type { LetterState } from './rules.ts'

export type CustomerLetter = {
  readonly id: CustomerLetterId
  readonly ticketId: TicketId
  readonly kind: CustomerLetterKind
  readonly state: LetterState
  readonly dueAt: Date | null
  readonly madeAt: Date
  readonly night: string | null
  readonly mailId: MailId | null
}

const letters = (db: Reader) =>
  db
    .selectFrom('customer_letters')
    .select(['id', 'ticket_id', 'kind', 'state', 'due_at', 'made_at', 'night', 'mail_id'])
type Row = Awaited<ReturnType<ReturnType<typeof letters>['execute']>>[number]
const letterOf = (row: Row): CustomerLetter => ({
  id: row.id as CustomerLetterId,
  ticketId: row.ticket_id as TicketId,
  kind: row.kind,
  state: row.state,
  dueAt: row.due_at,
  madeAt: row.made_at,
  night: row.night,
  mailId: row.mail_id as MailId | null,
})

export async function findLetter(db: Reader, id: CustomerLetterId): Promise<CustomerLetter | undefined> {
  const row = await letters(db).where('id', '=', id).executeTakeFirst()
  return row && letterOf(row)
}

/** After its ticket was locked (DESIGN 3.1). */
export async function lockLetter(tx: Tx, id: CustomerLetterId): Promise<CustomerLetter | undefined> {
  const row = await letters(tx.db).where('id', '=', id).forUpdate().executeTakeFirst()
  return row && letterOf(row)
}

/** What is to be decided now: letters whose time has come, and those that waited until the end of the night. */
export async function listDueLetters(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await letters(db).where('due_at', '<=', now).orderBy('due_at').orderBy('id').limit(limit).execute()
  return rows.map(({ id, state, due_at }) => ({ id, version: `${state}-${due_at?.getTime()}` }))
}

export type NewLetter = { ticketId: TicketId; kind: CustomerLetterKind; dueAt: Date }

/** Undefined where one with unread answers is on its way already. */
export async function insertLetter(
  tx: Tx,
  { ticketId, kind, dueAt }: NewLetter,
): Promise<CustomerLetterId | undefined> {
  const row = await tx.db
    .insertInto('customer_letters')
    .values({ ticket_id: ticketId, kind, state: 'due', due_at: dueAt, made_at: tx.now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as CustomerLetterId | undefined
}

type Change = { state?: LetterState; dueAt: Date | null; mailId?: MailId }
export async function setLetter(tx: Tx, id: CustomerLetterId, { state, dueAt, mailId }: Change): Promise<void> {
  await tx.db
    .updateTable('customer_letters')
    .set({
      due_at: dueAt,
      settled_at: dueAt ? null : tx.now,
      ...(state ? { state } : {}),
      ...(mailId ? { mail_id: mailId } : {}),
    })
    .where('id', '=', id)
    .execute()
}

/** It told nobody anything, and nothing refers to it. */
export const deleteLetter = (tx: Tx, id: CustomerLetterId) =>
  tx.db.deleteFrom('customer_letters').where('id', '=', id).execute()

/** What of a customer waits for a proved address, or could not be told by morning: about conversations that go on. */
export async function listHeld(db: Reader, customerId: CustomerId): Promise<CustomerLetter[]> {
  const rows = await letters(db)
    .where('state', 'in', ['waiting', 'unreached'])
    .where((where) =>
      where.exists(
        where
          .selectFrom('tickets as t')
          .select('t.id')
          .whereRef('t.id', '=', 'customer_letters.ticket_id')
          .where('t.customer_id', '=', customerId),
      ),
    )
    .orderBy('ticket_id')
    .orderBy('id')
    .execute()
  return rows.map(letterOf)
}

/**
 * Answers of colleagues that the customer has neither read nor seen on a page and that stood in no letter, in their order.
 */
export async function listUnread(db: Reader, ticketId: TicketId, limit: number): Promise<MessageView[]> {
  const { rows } = await sql<Parameters<typeof viewOf>[0]>`
    select m.id, m.ticket_id, m.seq, m.round, m.author, m.staff_id, s.name, s.name_en, m.client_id, m.body, m.code, m.details, m.at
    from messages m join staff s on s.id = m.staff_id
    where m.ticket_id = ${ticketId} and m.seq > ${readUpTo(ticketId)}
      and not exists (select from mailed_messages d where d.ticket_id = m.ticket_id and d.seq = m.seq)
    order by m.seq limit ${limit}`.execute(db)
  return rows.map(viewOf)
}

const readUpTo = (ticketId: TicketId | RawBuilder<unknown>) => sql`greatest(
  coalesce((select read_seq from marks where ticket_id = ${ticketId} and reader = 'customer'), 0),
  coalesce((select shown_seq from customer_visits where ticket_id = ${ticketId}), 0))`

/**
 * Those in which something that colleagues said is unread, in a letter or not, by their ids; `watched` where a letter with
 * unread answers is on its way already.
 */
export async function unreadAmong(
  db: Reader,
  ids: readonly TicketId[],
): Promise<Map<TicketId, { readonly watched: boolean }>> {
  const { rows } = await sql<{ id: TicketId; watched: boolean }>`
    select t.id, exists (
      select from customer_letters l where l.ticket_id = t.id and l.kind = 'unread' and l.state in ('due', 'waiting')) as watched
    from unnest(${[...ids]}::bigint[]) as t (id)
    where exists (
      select from messages m where m.ticket_id = t.id and m.staff_id is not null and m.seq > ${readUpTo(sql.ref('t.id'))})
    order by t.id`.execute(db)
  return new Map(rows.map(({ id, watched }) => [id, { watched }]))
}

/** Whether something that stands in this letter is still unread. */
export async function hasUnread(db: Reader, letterId: CustomerLetterId, ticketId: TicketId): Promise<boolean> {
  const { rows } = await sql`
    select from mailed_messages where letter_id = ${letterId} and seq > ${readUpTo(ticketId)} limit 1`.execute(db)
  return rows.length > 0
}

export async function storeMailed(tx: Tx, letter: CustomerLetter, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return
  await tx.db
    .insertInto('mailed_messages')
    .values(seqs.map((seq) => ({ ticket_id: letter.ticketId, seq, letter_id: letter.id })))
    .execute()
}

/** Whom a letter about this request is for, and what decides whether one is written. */
export type Party = {
  readonly ticketId: TicketId
  readonly number: string
  readonly subject: string
  /** The subject of their own letter, where one opened it: answers stand below it in their mail program. */
  readonly wroteAbout: string | null
  readonly state: string
  readonly language: Language
  readonly erasedAt: Date | null
  readonly createdAt: Date
  readonly promisedAt: Date | null
  readonly customerId: CustomerId
  readonly customerName: string
  readonly visits: boolean
  readonly seenAt: Date | null
  readonly lastLeftAt: Date | null
}

export async function partyOf(db: Reader, ticketId: TicketId): Promise<Party | undefined> {
  const { rows } = await sql<Party>`
    select t.id as "ticketId", t.number, t.subject,
      (select nullif(i.subject, '') from incoming_mails i where i.ticket_id = t.id and i.opened order by i.id limit 1) as "wroteAbout", t.state, t.language, coalesce(t.erased_at, c.erased_at) as "erasedAt",
      t.created_at as "createdAt", t.promised_at as "promisedAt", c.id as "customerId", c.name as "customerName",
      t.visitor_id is not null as visits, v.seen_at as "seenAt",
      (select max(l.settled_at) from customer_letters l
        where l.ticket_id = t.id and l.kind = 'unread' and l.state = 'left') as "lastLeftAt"
    from tickets t join customers c on c.id = t.customer_id left join customer_visits v on v.ticket_id = t.id
    where t.id = ${ticketId}`.execute(db)
  return rows[0]
}

/** The decision behind a letter that lies on the Outgoing page. */
export async function letterOfMail(db: Reader, mailId: MailId): Promise<CustomerLetter | undefined> {
  const row = await letters(db).where('mail_id', '=', mailId).executeTakeFirst()
  return row && letterOf(row)
}

/** The latest request that a colleague has answered: what previews are drawn from. */
export async function latestAnswered(db: Reader): Promise<TicketId | undefined> {
  const { rows } = await sql<{ id: TicketId }>`
    select t.id from tickets t join customers c on c.id = t.customer_id
    where t.erased_at is null and c.erased_at is null and t.state not in ('spam', 'merged')
      and exists (select from messages m where m.ticket_id = t.id and m.staff_id is not null)
    order by t.last_message_at desc, t.id desc limit 1`.execute(db)
  return rows[0]?.id
}

export type Told = {
  readonly kind: CustomerLetterKind | 'callback'
  readonly channel: 'mail' | 'sms'
  readonly state: LetterState | MailState
  readonly at: Date
}

/** What the customer of a request was told by mail and SMS or waits to be, the newest first: as far as the letter itself got, where one was written. */
export async function listToldOf(db: Reader, ticketId: TicketId, limit: number): Promise<Told[]> {
  const { rows } = await sql<Told>`
    select kind, channel, state, at from (
      select l.kind, coalesce(m.channel, 'mail') as channel, case when l.state = 'left' then m.state else l.state end as state,
        coalesce(m.settled_at, m.made_at, l.made_at) as at, l.made_at
      from customer_letters l left join outgoing_mails m on m.id = l.mail_id
      where l.ticket_id = ${ticketId} and l.state in ('waiting', 'left', 'unreached')
      union all
      select m.kind, m.channel, m.state, coalesce(m.settled_at, m.made_at), m.made_at from outgoing_mails m
      where m.ticket_id = ${ticketId} and m.kind = 'callback') told
    order by made_at desc limit ${limit}`.execute(db)
  return rows
}
