import type { MailKind } from '../../events/notifications.ts'
import type { MailId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { MailState } from './rules.ts'

export type Mail = {
  readonly id: MailId
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
}

const mails = (db: Reader) =>
  db
    .selectFrom('outgoing_mails')
    .select(['id', 'kind', 'recipient', 'subject', 'text', 'html', 'link', 'link_until'])
    .select(['state', 'attempts', 'error', 'due_at', 'made_at', 'settled_at'])

type Row = Awaited<ReturnType<ReturnType<typeof mails>['execute']>>[number]
const mailOf = ({ link_until, due_at, made_at, settled_at, ...row }: Row): Mail => ({
  ...row,
  id: row.id as MailId,
  linkUntil: link_until,
  dueAt: due_at,
  madeAt: made_at,
  settledAt: settled_at,
})

/** The newest first. */
export async function listMails(
  db: Reader,
  { state, before, limit }: { state: MailState | undefined; before: MailId | undefined; limit: number },
): Promise<Mail[]> {
  const rows = await mails(db)
    .$if(state !== undefined, (q) => q.where('state', '=', state as MailState))
    .$if(before !== undefined, (q) => q.where('id', '<', before as MailId))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(mailOf)
}

/** How many there are of each state. */
export async function countMails(db: Reader): Promise<Partial<Record<MailState, number>>> {
  const rows = await db
    .selectFrom('outgoing_mails')
    .select((s) => ['state' as const, s.fn.countAll<string>().as('count')])
    .groupBy('state')
    .execute()
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]))
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
export async function listDueMails(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('outgoing_mails')
    .select(['id', 'state', 'attempts'])
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
