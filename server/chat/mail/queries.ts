import { sql } from 'kysely'
import type { RefusedBecause } from '../../events/mail.ts'
import type { IncomingId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { DAY, plus } from '../../kernel/time.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Remark } from './rules.ts'

/** Where a letter lay, and what makes it the same letter at another place. */
export type Place = { readonly mailbox: string; readonly uidValidity: string; readonly uid: number }
export type Kept = Place & {
  readonly key: Buffer
  readonly bytes: number
  readonly at: Date
  readonly sender: string | null
}

export async function settledAmong(
  db: Reader,
  { mailbox, uidValidity }: Omit<Place, 'uid'>,
  uids: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await db
    .selectFrom('incoming_mails')
    .select('uid')
    .where('mailbox', '=', mailbox)
    .where('uid_validity', '=', uidValidity)
    .where('uid', 'in', uids.map(String))
    .execute()
  return new Set(rows.map(({ uid }) => Number(uid)))
}

/** How many letters of this address have come since then. */
export async function countFrom(db: Reader, sender: string, since: Date): Promise<number> {
  const { n } = await db
    .selectFrom('incoming_mails')
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .where('sender', '=', sender)
    .where('settled_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(n)
}

export type Outcome =
  | {
      readonly state: 'taken'
      readonly ticketId: TicketId
      readonly opened: boolean
      readonly remarks: readonly Remark[]
      readonly subject: string
      readonly messageId: string | null
    }
  | {
      readonly state: 'refused' | 'bounce'
      readonly reason: RefusedBecause
      readonly subject: string
      readonly headers: Record<string, string>
      readonly raw: { readonly file: string; readonly whole: boolean } | null
    }

/** False where this letter is known already: by its place, or by itself. Whoever comes second waits for the first. */
export async function isNew(tx: Tx, { mailbox, uidValidity, uid, key }: Kept): Promise<boolean> {
  // Held to the end of the transaction, so that two readers of one letter take turns.
  await sql`select pg_advisory_xact_lock(hashtextextended(${key.toString('hex')}, 0))`.execute(tx.db)
  const row = await tx.db
    .selectFrom('incoming_mails')
    .select('id')
    .where((where) =>
      where.or([where('message_key', '=', key), where.and({ mailbox, uid_validity: uidValidity, uid: String(uid) })]),
    )
    .executeTakeFirst()
  return row === undefined
}

export async function insertIncoming(
  tx: Tx,
  { mailbox, uidValidity, uid, key, bytes, at, sender }: Kept,
  { verified, ...outcome }: Outcome & { readonly verified: boolean },
): Promise<IncomingId> {
  const { id } = await tx.db
    .insertInto('incoming_mails')
    .values({
      mailbox,
      uid_validity: uidValidity,
      uid: String(uid),
      message_key: key,
      state: outcome.state,
      ticket_id: outcome.state === 'taken' ? outcome.ticketId : null,
      opened: outcome.state === 'taken' && outcome.opened,
      remarks: outcome.state === 'taken' ? [...outcome.remarks] : [],
      reason: outcome.state === 'taken' ? null : outcome.reason,
      subject: outcome.subject,
      message_id: outcome.state === 'taken' ? outcome.messageId : null,
      headers: outcome.state === 'taken' ? null : JSON.stringify(outcome.headers),
      raw: outcome.state === 'taken' || !outcome.raw ? null : JSON.stringify(outcome.raw),
      verified,
      sender,
      bytes: String(bytes),
      arrived_at: at,
      settled_at: tx.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as IncomingId
}

export type Refused = {
  readonly id: IncomingId
  readonly reason: RefusedBecause
  readonly sender: string | null
  readonly subject: string | null
  readonly headers: Record<string, string> | null
  readonly raw: { readonly file: string; readonly whole: boolean } | null
  readonly bytes: number
  readonly at: Date
}

const refused = (db: Reader) =>
  db
    .selectFrom('incoming_mails')
    .select(['id', 'reason', 'sender', 'subject', 'headers', 'raw', 'bytes', 'arrived_at as at'])
    .where('state', '=', 'refused')

type Row = Awaited<ReturnType<ReturnType<typeof refused>['execute']>>[number]
const refusedOf = (row: Row): Refused => ({
  ...row,
  id: row.id as IncomingId,
  reason: row.reason as RefusedBecause,
  bytes: Number(row.bytes),
})

/** The newest first. */
export async function listRefused(
  db: Reader,
  { before, limit }: { before: IncomingId | undefined; limit: number },
): Promise<Refused[]> {
  const rows = await refused(db)
    .$if(before !== undefined, (q) => q.where('id', '<', before as IncomingId))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(refusedOf)
}

/** @throws NotFound where there is none, or it was taken since */
export async function getRefused(db: Reader, id: IncomingId): Promise<Refused> {
  const row = await refused(db).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return refusedOf(row)
}

/** @throws NotFound where there is none, or it was taken since */
export async function lockRefused(tx: Tx, id: IncomingId): Promise<Kept> {
  const row = await tx.db
    .selectFrom('incoming_mails')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'refused')
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return {
    mailbox: row.mailbox,
    uidValidity: row.uid_validity,
    uid: Number(row.uid),
    key: row.message_key,
    bytes: Number(row.bytes),
    at: row.arrived_at,
    sender: row.sender,
  }
}

/** What was refused is a conversation now: its headers are forgotten here, and its file is left to the sweep. */
export async function setTaken(
  tx: Tx,
  id: IncomingId,
  {
    ticketId,
    opened,
    remarks,
    verified,
    subject,
    messageId,
  }: {
    ticketId: TicketId
    opened: boolean
    remarks: Remark[]
    verified: boolean
    subject: string
    messageId: string | null
  },
): Promise<void> {
  await leaveFiles(tx, [id])
  await tx.db
    .updateTable('incoming_mails')
    .set({
      state: 'taken',
      reason: null,
      ticket_id: ticketId,
      opened,
      remarks,
      verified,
      subject,
      message_id: messageId,
      headers: null,
      raw: null,
    })
    .where('id', '=', id)
    .execute()
}

/** Their files are swept with the next look, as whatever no row has named for an hour. */
export async function leaveFiles(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`
    insert into incoming_files (file_id, at)
    select raw->>'file', ${plus(tx.now, -DAY)}::timestamptz from incoming_mails where id = any(${[...ids]}::bigint[]) and raw is not null
    on conflict do nothing`.execute(tx.db)
}

export type LetterOf = {
  readonly sender: string | null
  readonly verified: boolean
  readonly remarks: readonly Remark[]
}

/** The letters that a conversation is made of, the oldest first. */
export const lettersOf = (db: Reader, id: TicketId, limit: number): Promise<LetterOf[]> =>
  db
    .selectFrom('incoming_mails')
    .select(['sender', 'verified', 'remarks'])
    .where('ticket_id', '=', id)
    .orderBy('id')
    .limit(limit)
    .execute()
