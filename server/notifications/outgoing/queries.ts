import { type RawBuilder, sql } from 'kysely'
import type { DeliveryState, MailKind, NoticeChannel, NoticeKind } from '../../events/notifications.ts'
import type { DeliveryId, MailId, NoticeId, TicketId } from '../../kernel/ids.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { LetterFile } from '../../platform/outgoing.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { MailState } from './rules.ts'

export type Mail = {
  readonly id: MailId
  readonly channel: 'mail' | 'sms'
  /** The conversation it quotes. */
  readonly ticketId: TicketId | null
  readonly kind: MailKind
  readonly recipient: string | null
  readonly subject: string
  readonly text: string
  readonly html: string | null
  readonly link: string | null
  readonly linkUntil: Date | null
  readonly state: MailState
  readonly attempts: number
  readonly error: string | null
  readonly dueAt: Date | null
  readonly madeAt: Date
  readonly settledAt: Date | null
  readonly file: LetterFile | null
}

const mails = (db: Reader) =>
  db
    .selectFrom('outgoing_mails')
    .select(['id', 'channel', 'kind', 'ticket_id', 'recipient', 'subject', 'text', 'html', 'link', 'link_until'])
    .select(['state', 'attempts', 'error', 'due_at', 'made_at', 'settled_at', 'file_name', 'file_type', 'file_text'])

type Row = Awaited<ReturnType<ReturnType<typeof mails>['execute']>>[number]
const mailOf = ({
  ticket_id,
  link_until,
  due_at,
  made_at,
  settled_at,
  file_name,
  file_type,
  file_text,
  ...row
}: Row): Mail => ({
  ...row,
  file: file_name && file_type && file_text ? { name: file_name, type: file_type, text: file_text } : null,
  id: row.id as MailId,
  ticketId: ticket_id as TicketId | null,
  linkUntil: link_until,
  dueAt: due_at,
  madeAt: made_at,
  settledAt: settled_at,
})

/** Letters by their numbers. */
export async function listMailsOf(db: Reader, ids: readonly MailId[]): Promise<Mail[]> {
  if (ids.length === 0) return []
  return (
    await mails(db)
      .where('id', 'in', [...ids])
      .execute()
  ).map(mailOf)
}

/** One thing that went out: a letter, or a delivery by another channel. `at` and `key` order them, the newest first. */
export type OutgoingLine = {
  readonly source: 'mail' | 'delivery'
  readonly id: MailId | DeliveryId
  readonly key: string
  readonly channel: NoticeChannel
  readonly kind: MailKind | NoticeKind
  readonly state: MailState | DeliveryState
  readonly madeAt: Date
  readonly settledAt: Date | null
  readonly attempts: number
  readonly error: string | null
  readonly noticeId: NoticeId | null
  readonly ref: string | null
  readonly count: number
  /** A colleague; null where it went to a customer or a robot. */
  readonly person: { readonly id: string; readonly name: string; readonly nameEn: string } | null
  readonly department: Bilingual | null
  readonly recipient: string | null
  readonly subject: string | null
}
export type Asked = {
  readonly state: string | undefined
  readonly channel: string | undefined
  readonly kind: string | undefined
  /** Of a subject, an address or a person's name. */
  readonly text: string | undefined
  readonly before: string | undefined
  readonly limit: number
}

const MAILS = sql`
  select 'mail' as source, m.id, to_char(m.made_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS') || 'm' || lpad(m.id::text, 18, '0') as key,
    m.channel, m.kind, m.state, m.made_at as "madeAt", m.settled_at as "settledAt", m.attempts, m.error,
    null::bigint as "noticeId", null as ref, 1 as count, s.id as "staffId", s.name, s.name_en as "nameEn", null::jsonb as department,
    m.recipient, m.subject
  from outgoing_mails m left join staff s on s.id = case when m.about like 'staff:%' then substr(m.about, 7)::bigint end`
// A notice's letter is a letter: its delivery says no more than the letter does. What was over before it was sent is no failure.
const DELIVERIES = sql`
  select 'delivery' as source, d.id, to_char(d.made_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS') || 'd' || lpad(d.id::text, 18, '0') as key,
    d.channel, n.kind, case when d.state = 'failed' and d.error = 'over' then 'dropped' else d.state end as state, d.made_at as "madeAt", d.settled_at as "settledAt", d.attempts, d.error,
    n.id as "noticeId", n.ref, n.count, s.id as "staffId", s.name, s.name_en as "nameEn", case when d.hook_id is null then null else coalesce(p.name, '{}'::jsonb) end as department,
    null as recipient, null as subject
  from deliveries d join notices n on n.id = d.notice_id
  left join staff s on s.id = d.staff_id left join hooks h on h.id = d.hook_id left join departments p on p.id = h.department_id
  where d.mail_id is null`

const chosen = ({ state, channel, kind, text }: Omit<Asked, 'before' | 'limit'>): RawBuilder<unknown> => {
  const words = text ? `%${text.replaceAll(/[\\%_]/g, '\\$&')}%` : null
  return sql`(${state ?? null}::text is null or state = ${state ?? null}) and (${channel ?? null}::text is null or channel = ${channel ?? null})
    and (${kind ?? null}::text is null or kind = ${kind ?? null})
    and (${words}::text is null or concat_ws(' ', subject, recipient, name, "nameEn") ilike ${words})`
}

/** Everything that went out or could not, by every channel, the newest first. Each side is read from its newest, and no further than needed. */
export async function listOutgoing(db: Reader, { before, limit, ...asked }: Asked): Promise<OutgoingLine[]> {
  const side = (lines: RawBuilder<unknown>) => sql`
    (select * from (${lines}) lines where ${chosen(asked)} and (${before ?? null}::text is null or key < ${before ?? null})
      order by "madeAt" desc, id desc limit ${limit})`
  const { rows } = await sql<LineRow>`
    select * from (${side(MAILS)} union all ${side(DELIVERIES)}) everything order by key desc limit ${limit}`.execute(
    db,
  )
  return rows.map(lineOf)
}

/** One of them, however old; undefined where there is none. */
export async function findOutgoing(
  db: Reader,
  source: OutgoingLine['source'],
  id: string,
): Promise<OutgoingLine | undefined> {
  const { rows } =
    await sql<LineRow>`select * from (${source === 'mail' ? MAILS : DELIVERIES}) lines where id = ${id}`.execute(db)
  return rows[0] && lineOf(rows[0])
}

type LineRow = OutgoingLine & { staffId: string | null; name: string | null; nameEn: string | null }
const lineOf = ({ staffId, name, nameEn, ...row }: LineRow): OutgoingLine => ({
  ...row,
  person: staffId === null ? null : { id: staffId, name: name ?? '', nameEn: nameEn ?? '' },
})

/** How many there are of each state, whatever else was asked for. */
export async function countOutgoing(
  db: Reader,
  asked: Omit<Asked, 'before' | 'limit' | 'state'>,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<{ state: string; count: string }>`
    select state, count(*) from (${MAILS} union all ${DELIVERIES}) everything where ${chosen({ ...asked, state: undefined })} group by state`.execute(
    db,
  )
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]))
}

/** In the server's words, or a code of ours. */
export async function findMailError(db: Reader, id: MailId): Promise<string | null> {
  const row = await db.selectFrom('outgoing_mails').select('error').where('id', '=', id).executeTakeFirst()
  return row?.error ?? null
}

/** @throws NotFound */
export async function lockMail(tx: Tx, id: MailId): Promise<Mail> {
  const row = await mails(tx.db).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return mailOf(row)
}

/** Undefined where it is not about that conversation: a report says what it likes. */
export async function findMailAbout(tx: Tx, id: MailId, ticketId: TicketId): Promise<Mail | undefined> {
  const row = await mails(tx.db).where('id', '=', id).where('ticket_id', '=', ticketId).forUpdate().executeTakeFirst()
  return row && mailOf(row)
}

/** What is to be tried now, and what was on its way when its process was lost. */
export const listDueMails = (db: Reader, now: Date, limit: number): Promise<Due[]> => listDue(db, 'mail', now, limit)
export const listDueTexts = (db: Reader, now: Date, limit: number): Promise<Due[]> => listDue(db, 'sms', now, limit)

async function listDue(db: Reader, channel: Mail['channel'], now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('outgoing_mails')
    .select(['id', 'state', 'attempts'])
    .where('channel', '=', channel)
    .where('state', 'in', ['pending', 'sending'])
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id, state, attempts }) => ({ id, version: `${state}-${attempts}` }))
}

/** Letters that still hold a private link which opens nothing any more. */
export async function listOverLinks(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('outgoing_mails')
    .select('id')
    .where('link', 'is not', null)
    .where('link_until', '<=', now)
    .orderBy('link_until')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => ({ id, version: 0 }))
}

type Change = { state?: MailState; attempts?: number; error?: string | null; dueAt?: Date | null; settledAt?: Date }

export async function setMail(tx: Tx, id: MailId, { dueAt, settledAt, ...change }: Change): Promise<void> {
  await tx.db
    .updateTable('outgoing_mails')
    .set({
      ...change,
      ...(dueAt !== undefined ? { due_at: dueAt } : {}),
      ...(settledAt !== undefined ? { settled_at: settledAt } : {}),
    })
    .where('id', '=', id)
    .execute()
}

export const dropLink = (tx: Tx, id: MailId) =>
  tx.db.updateTable('outgoing_mails').set({ link: null }).where('id', '=', id).execute()

/** The language of whoever a message is for: of the request it is about, else their own. */
export async function languageOf(db: Reader, id: MailId): Promise<Language> {
  const { rows } = await sql<{ language: Language | null }>`
    select coalesce(t.language, c.language) as language from outgoing_mails m left join tickets t on t.id = m.ticket_id
    left join customers c on m.about = 'customer:' || c.id where m.id = ${id}`.execute(db)
  return rows[0]?.language ?? 'zh-CN'
}
