import type { CustomerId, VisitorId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { NotFound } from '../kernel/refusal.ts'
import { DAY, plus } from '../kernel/time.ts'
import { hashOf, newToken } from '../platform/tokens.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import * as customers from './queries.ts'
import type { Contact } from './rules.ts'

type Who = { readonly name: string; readonly language: Language; readonly contact: Contact | null }

/** A browser or an app that has never been here gets a token of its own. Returned once, stored as its hash; so is the range it asks from. */
export async function welcomeVisitor(
  tx: Tx,
  language: Language,
  range: Buffer | null = null,
): Promise<{ visitorId: VisitorId; token: string; expiresAt: Date }> {
  const { visitorDays } = await currentSettings(tx.db)
  const token = newToken()
  const expiresAt = plus(tx.now, visitorDays * DAY)
  const visitorId = await customers.insertVisitor(tx, { tokenHash: hashOf(token), language, expiresAt, range })
  return { visitorId, token, expiresAt }
}

/** The browser that sends this token: made on its first word, the same on every later one, also where two come at once. */
export async function welcomeAgain(
  tx: Tx,
  { token, language, range = null }: { token: string; language: Language; range?: Buffer | null },
): Promise<{ visitorId: VisitorId; customerId: CustomerId | null }> {
  const { visitorDays } = await currentSettings(tx.db)
  const tokenHash = hashOf(token)
  const expiresAt = plus(tx.now, visitorDays * DAY)
  await customers.ensureVisitor(tx, { tokenHash, language, expiresAt, range })
  const visitor = await customers.findVisitor(tx.db, tokenHash, tx.now)
  if (!visitor) throw new NotFound()
  return { visitorId: visitor.id, customerId: visitor.customerId }
}

/** A customer as a colleague writes them down: the same name with the same contact is the same person. */
export async function recordCustomer(tx: Tx, { contact, ...who }: Who): Promise<CustomerId> {
  const known = contact && (await customers.findCustomer(tx.db, who.name, contact))
  if (known) return known
  const id = await customers.insertCustomer(tx, who)
  if (contact) await customers.addContact(tx, id, contact)
  return id
}

/** Somebody has shown that this contact is theirs. */
export const verifyContact = (tx: Tx, id: CustomerId, contact: Contact): Promise<void> =>
  customers.setVerified(tx, id, contact)

/**
 * A visitor keeps one customer: what they call themselves now is the name, and each contact they ever gave stays, none
 * of them verified. Another visitor with the same contact stays another customer. The visitor's row is locked.
 */
export const findOrMakeCustomer = (
  tx: Tx,
  visitorId: VisitorId,
  who: Who & { readonly termsVersion: number | null },
): Promise<CustomerId> => customers.storeCustomerOf(tx, visitorId, who)
