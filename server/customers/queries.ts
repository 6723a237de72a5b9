import { sql } from 'kysely'
import type { CustomerId, VisitorId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Contact } from './rules.ts'

export type Customer = { id: CustomerId; name: string; language: Language; createdAt: Date; erasedAt: Date | null }

/** @throws NotFound */
export async function customerOf(db: Reader, id: CustomerId): Promise<Customer> {
  const row = await db.selectFrom('customers').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return customerFrom(row)
}

const customerFrom = (row: {
  id: string
  name: string
  language: Language
  created_at: Date
  erased_at: Date | null
}): Customer => ({
  id: row.id as CustomerId,
  name: row.name,
  language: row.language,
  createdAt: row.created_at,
  erasedAt: row.erased_at,
})

export type KnownContact = Contact & { verified: boolean }

/** Newest first: the last one given is the one to try. */
export async function contactsOf(db: Reader, id: CustomerId): Promise<KnownContact[]> {
  const rows = await db
    .selectFrom('contacts')
    .select(['kind', 'value', 'verified_at'])
    .where('customer_id', '=', id)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => ({ kind: row.kind, value: row.value, verified: row.verified_at !== null }))
}

/**
 * Other customers who gave the same phone or address, newest first: a hint for the agent and nothing more, because
 * nobody has proved that a contact is theirs.
 */
export async function sameContact(db: Reader, id: CustomerId, limit = 10): Promise<Customer[]> {
  const rows = await db
    .selectFrom('customers as c')
    .selectAll('c')
    .where('c.id', '<>', id)
    .where((where) =>
      where.exists(
        where
          .selectFrom('contacts as mine')
          .innerJoin('contacts as theirs', (join) =>
            join.onRef('theirs.value', '=', 'mine.value').onRef('theirs.kind', '=', 'mine.kind'),
          )
          .select('mine.id')
          .where('mine.customer_id', '=', id)
          .whereRef('theirs.customer_id', '=', 'c.id'),
      ),
    )
    .orderBy('c.created_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(customerFrom)
}

export async function insertCustomer(tx: Tx, { name, language }: Who): Promise<CustomerId> {
  const { id } = await tx.db
    .insertInto('customers')
    .values({ name, language, created_at: tx.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as CustomerId
}

type Who = { name: string; language: Language }

/** Adds a way to reach a customer, unverified; one that is known already stays as it is. */
export async function addContact(tx: Tx, id: CustomerId, { kind, value }: Contact): Promise<void> {
  await tx.db
    .insertInto('contacts')
    .values({ customer_id: id, kind, value, verified_at: null, created_at: tx.now })
    .onConflict((conflict) => conflict.constraint('contacts_once_a_customer').doNothing())
    .execute()
}

export async function setVerified(tx: Tx, id: CustomerId, { kind, value }: Contact): Promise<void> {
  await tx.db
    .updateTable('contacts')
    .set({ verified_at: tx.now })
    .where('customer_id', '=', id)
    .where('kind', '=', kind)
    .where('value', '=', value)
    .where('verified_at', 'is', null)
    .execute()
}

/** A customer of this very name with this very contact, if any; the newest. */
export async function findCustomer(db: Reader, name: string, contact: Contact): Promise<CustomerId | undefined> {
  const row = await db
    .selectFrom('customers as c')
    .innerJoin('contacts as x', 'x.customer_id', 'c.id')
    .select('c.id')
    .where('c.name', '=', name)
    .where('x.kind', '=', contact.kind)
    .where('x.value', '=', contact.value)
    .orderBy('c.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id as CustomerId | undefined
}

export type Visitor = {
  id: VisitorId
  customerId: CustomerId | null
  language: Language
  expiresAt: Date
  /** The address range they last asked from, hashed. */
  range: { hash: Buffer; at: Date } | null
}

/** The visitor behind a token that is still good. */
export async function findVisitor(db: Reader, tokenHash: Buffer, now: Date): Promise<Visitor | undefined> {
  const row = await db
    .selectFrom('visitors')
    .select(['id', 'customer_id', 'language', 'expires_at', 'range_hash', 'range_at'])
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return (
    row && {
      id: row.id as VisitorId,
      customerId: row.customer_id as CustomerId | null,
      language: row.language,
      expiresAt: row.expires_at,
      range: row.range_hash && row.range_at && { hash: row.range_hash, at: row.range_at },
    }
  )
}

type NewVisitor = { tokenHash: Buffer; language: Language; expiresAt: Date; range: Buffer | null }
/** Nobody yet: who it is, and what they accepted, comes with their first question. */
const newVisitor = ({ tokenHash, language, expiresAt, range }: NewVisitor, now: Date) => ({
  token_hash: tokenHash,
  customer_id: null,
  language,
  terms_version: null,
  terms_accepted_at: null,
  created_at: now,
  seen_at: now,
  expires_at: expiresAt,
  range_hash: range,
  range_at: range && now,
})

export async function insertVisitor(tx: Tx, visitor: NewVisitor): Promise<VisitorId> {
  const { id } = await tx.db
    .insertInto('visitors')
    .values(newVisitor(visitor, tx.now))
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as VisitorId
}

/** The visitor of this token, made where it is new. One that had run out begins anew. */
export async function ensureVisitor(tx: Tx, visitor: NewVisitor): Promise<void> {
  await tx.db
    .insertInto('visitors')
    .values(newVisitor(visitor, tx.now))
    .onConflict((conflict) =>
      conflict.constraint('visitors_token_once').doUpdateSet({
        expires_at: visitor.expiresAt,
        ...(visitor.range ? { range_hash: visitor.range, range_at: tx.now } : {}),
      }),
    )
    .execute()
}

/** Where a visitor asks from now, in place of where they asked from before. */
export const keepRange = (tx: Tx, id: VisitorId, range: Buffer) =>
  tx.db.updateTable('visitors').set({ range_hash: range, range_at: tx.now }).where('id', '=', id).execute()

/** They asked past a measure on their range: the conversation that began then, and any after it, goes on. */
export const noteUrgent = (tx: Tx, id: VisitorId, begun: Date) =>
  tx.db.updateTable('visitors').set({ urgent_at: begun }).where('id', '=', id).execute()

/** Locked to the end of the transaction: whatever a visitor begins, they begin one at a time. @throws NotFound */
export async function lockVisitor(tx: Tx, id: VisitorId): Promise<{ customerId: CustomerId | null }> {
  const row = await tx.db
    .selectFrom('visitors')
    .select('customer_id')
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return { customerId: row.customer_id as CustomerId | null }
}

/**
 * The customer that a visitor speaks for, made where there is none: what they call themselves now is the name, a contact
 * that is new is added, unverified, and the terms they accepted are noted; null: none, an urgent case goes before. One
 * statement.
 */
export async function storeCustomerOf(
  tx: Tx,
  id: VisitorId,
  { name, language, contact, termsVersion }: Who & { contact: Contact | null; termsVersion: number | null },
): Promise<CustomerId> {
  const { rows } = await sql<{ customer_id: CustomerId }>`
    with visitor as (
      select coalesce(customer_id, nextval('customers_id_seq')) as customer_id from visitors where id = ${id} for no key update
    ), customer as (
      insert into customers (id, name, language, created_at) overriding system value
      select customer_id, ${name}, ${language}, ${tx.now}::timestamptz from visitor
      on conflict (id) do update set name = excluded.name, language = excluded.language
    ), contact as (
      insert into contacts (customer_id, kind, value, created_at)
      select customer_id, ${contact?.kind ?? null}::text, ${contact?.value ?? null}::text, ${tx.now}::timestamptz from visitor
      where ${contact !== null}
      on conflict on constraint contacts_once_a_customer do nothing
    )
    update visitors set customer_id = visitor.customer_id, language = ${language},
      terms_version = coalesce(${termsVersion}::integer, terms_version),
      terms_accepted_at = case when ${termsVersion === null} then terms_accepted_at else ${tx.now}::timestamptz end, seen_at = ${tx.now}
    from visitor where visitors.id = ${id} returning visitor.customer_id`.execute(tx.db)
  const [row] = rows
  if (!row) throw new NotFound()
  return row.customer_id
}
