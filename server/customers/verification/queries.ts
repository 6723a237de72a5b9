import { sql } from 'kysely'
import type { ContactId, CustomerId, TicketId, VerificationId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Asked } from './rules.ts'

export type Address = {
  readonly id: ContactId
  readonly kind: 'phone' | 'email'
  readonly value: string
  readonly verified: boolean
}

/** Where a customer is written to: the last address that was proved, else the last one given; undefined where they gave none. */
export const addressOf = (db: Reader, customerId: CustomerId): Promise<Address | undefined> =>
  lastContact(db, customerId, 'email')

/** The same for the number that short messages go to. */
export const phoneOf = (db: Reader, customerId: CustomerId): Promise<Address | undefined> =>
  lastContact(db, customerId, 'phone')

async function lastContact(db: Reader, customerId: CustomerId, kind: 'phone' | 'email'): Promise<Address | undefined> {
  const row = await db
    .selectFrom('contacts')
    .select(['id', 'kind', 'value', 'verified_at'])
    .where('customer_id', '=', customerId)
    .where('kind', '=', kind)
    .orderBy((order) => order.eb('verified_at', 'is', null))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { id: row.id as ContactId, kind: row.kind, value: row.value, verified: row.verified_at !== null }
}

/** One at a time for an address, whoever gave it and in whichever process. */
export const lockAddress = async (tx: Tx, value: string): Promise<void> =>
  void (await sql`select pg_advisory_xact_lock(hashtextextended(${`verify:${value}`}, 0))`.execute(tx.db))

/** When this very address or number was last asked, through whichever customer. */
export async function lastAsked(
  db: Reader,
  { kind, value }: Pick<Address, 'kind' | 'value'>,
): Promise<Asked | undefined> {
  const row = await db
    .selectFrom('contact_verifications as v')
    .innerJoin('contacts as c', 'c.id', 'v.contact_id')
    .select(['v.asked_at', 'v.expires_at'])
    .where('c.kind', '=', kind)
    .where('c.value', '=', value)
    .orderBy('v.asked_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { askedAt: row.asked_at, expiresAt: row.expires_at }
}

export async function insertVerification(
  tx: Tx,
  asked: { contactId: ContactId; ticketId: TicketId | null; expiresAt: Date },
): Promise<VerificationId> {
  const { id } = await tx.db
    .insertInto('contact_verifications')
    .values({
      contact_id: asked.contactId,
      ticket_id: asked.ticketId,
      state: 'due',
      token_hash: null,
      asked_at: tx.now,
      expires_at: asked.expiresAt,
      ended_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as VerificationId
}

/** Letters that have not been written. */
export async function listToAsk(db: Reader, _now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('contact_verifications')
    .select('id')
    .where('state', '=', 'due')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => ({ id, version: 0 }))
}

export type Verification = {
  readonly id: VerificationId
  readonly contactId: ContactId
  readonly customerId: CustomerId
  readonly ticketId: TicketId | null
  readonly kind: 'phone' | 'email'
  readonly value: string
  readonly verified: boolean
  readonly language: Language
  readonly state: 'due' | 'left' | 'used'
  readonly askedAt: Date
  readonly expiresAt: Date
  readonly tokenHash: Buffer | null
  readonly tries: number
}

const verifications = (db: Reader) =>
  db
    .selectFrom('contact_verifications as v')
    .innerJoin('contacts as c', 'c.id', 'v.contact_id')
    .innerJoin('customers as who', 'who.id', 'c.customer_id')
    .select(['v.id', 'v.contact_id', 'v.ticket_id', 'v.state', 'v.asked_at', 'v.expires_at', 'v.token_hash', 'v.tries'])
    .select(['c.customer_id', 'c.kind', 'c.value', 'c.verified_at', 'who.language'])

type Row = Awaited<ReturnType<ReturnType<typeof verifications>['execute']>>[number]
const verificationOf = (row: Row): Verification => ({
  id: row.id as VerificationId,
  contactId: row.contact_id as ContactId,
  customerId: row.customer_id as CustomerId,
  ticketId: row.ticket_id as TicketId | null,
  kind: row.kind,
  value: row.value,
  verified: row.verified_at !== null,
  language: row.language,
  state: row.state,
  askedAt: row.asked_at,
  expiresAt: row.expires_at,
  tokenHash: row.token_hash,
  tries: row.tries,
})

/** @throws NotFound */
export async function lockVerification(tx: Tx, id: VerificationId): Promise<Verification> {
  const row = await verifications(tx.db).where('v.id', '=', id).forUpdate('v').executeTakeFirst()
  if (!row) throw new NotFound()
  return verificationOf(row)
}

/** Whose link this is, used or not, while it is good. */
export async function findVerification(db: Reader, tokenHash: Buffer, now: Date): Promise<Verification | undefined> {
  const row = await verifications(db)
    .where('v.token_hash', '=', tokenHash)
    .where('v.expires_at', '>', now)
    .executeTakeFirst()
  return row && verificationOf(row)
}

/** The last question to this contact, answered or not. */
export async function lastOf(db: Reader, contactId: ContactId): Promise<Verification | undefined> {
  const row = await verifications(db)
    .where('v.contact_id', '=', contactId)
    .orderBy('v.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && verificationOf(row)
}

/** How many numbers were asked since then, of whomever. */
export async function countCodes(db: Reader, since: Date): Promise<number> {
  const { count } = await db
    .selectFrom('contact_verifications as v')
    .innerJoin('contacts as c', 'c.id', 'v.contact_id')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('c.kind', '=', 'phone')
    .where('v.asked_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export const storeTry = (tx: Tx, id: VerificationId) =>
  tx.db
    .updateTable('contact_verifications')
    .set((row) => ({ tries: row('tries', '+', 1) }))
    .where('id', '=', id)
    .execute()

export const storeLeft = (tx: Tx, id: VerificationId, tokenHash: Buffer) =>
  tx.db
    .updateTable('contact_verifications')
    .set({ state: 'left', token_hash: tokenHash })
    .where('id', '=', id)
    .execute()

/** Proved in another way meanwhile: there is nothing to ask. */
export const storeUsed = (tx: Tx, id: VerificationId) =>
  tx.db.updateTable('contact_verifications').set({ state: 'used', ended_at: tx.now }).where('id', '=', id).execute()

/** Whose it is, where it was not proved before; undefined where it was, or is gone. */
export async function storeVerified(tx: Tx, id: ContactId): Promise<CustomerId | undefined> {
  const row = await tx.db
    .updateTable('contacts')
    .set({ verified_at: tx.now })
    .where('id', '=', id)
    .where('verified_at', 'is', null)
    .returning('customer_id')
    .executeTakeFirst()
  return row?.customer_id as CustomerId | undefined
}

/** When the earliest of the last `most` short messages to this number was left; null where there were fewer since then. */
export async function textsFullSince(
  db: Reader,
  { number, most, since }: { number: string; most: number; since: Date },
): Promise<Date | null> {
  const row = await db
    .selectFrom('outgoing_mails')
    .select('made_at')
    .where('channel', '=', 'sms')
    .where('recipient', '=', number)
    .where('made_at', '>', since)
    .orderBy('made_at', 'desc')
    .offset(Math.max(0, most - 1))
    .limit(1)
    .executeTakeFirst()
  return row?.made_at ?? null
}
