import type { ContactId, TicketId, VerificationId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { HOUR, plus } from '../../kernel/time.ts'
import { hashOf, isToken } from '../../platform/tokens.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import * as verifications from './queries.ts'
import { mayAsk } from './rules.ts'

/**
 * There is something to say to an address that nobody has proved: it is asked whose it is, and nothing else
 * (RELIABILITY 17). `pressed`: the customer wants it now. True where a letter follows.
 */
export async function askToVerify(
  tx: Tx,
  { id: contactId, value }: Pick<verifications.Address, 'id' | 'value'>,
  { ticketId, pressed = false }: { ticketId: TicketId | null; pressed?: boolean },
): Promise<boolean> {
  const { verifyAgainMinutes: againMinutes, verificationHours } = await currentSettings(tx.db)
  await verifications.lockAddress(tx, value)
  const last = await verifications.lastAsked(tx.db, value)
  if (!mayAsk(last, { now: tx.now, againMinutes, pressed })) return false
  const expiresAt = plus(tx.now, verificationHours * HOUR)
  const verificationId = await verifications.insertVerification(tx, { contactId, ticketId, expiresAt })
  await announce(tx, 'contact.asked', { verificationId, contactId }, { about: [] })
  return true
}

/** The address is theirs: they opened its link, or they wrote to us from it. What waits for it is released by others. */
export async function verifyContact(tx: Tx, contactId: ContactId): Promise<void> {
  const customerId = await verifications.storeVerified(tx, contactId)
  if (customerId) await announce(tx, 'contact.verified', { contactId, customerId }, { about: [] })
}

/** Whoever holds the letter's link presses its button; a second press changes nothing. @throws NotFound where it is made up or over */
export async function verifyByLink(tx: Tx, token: unknown): Promise<void> {
  if (!isToken(token)) throw new NotFound()
  const found = await verifications.findVerification(tx.db, hashOf(token), tx.now)
  if (!found) throw new NotFound()
  const { state } = await verifications.lockVerification(tx, found.id)
  if (state === 'used') return
  await verifications.storeUsed(tx, found.id)
  await verifyContact(tx, found.contactId)
}

/** Only for the letter: the id of one that is not written yet and still has something to ask; undefined else. */
export async function beginAsking(tx: Tx, id: VerificationId): Promise<verifications.Verification | undefined> {
  const one = await verifications.lockVerification(tx, id)
  if (one.state !== 'due') return undefined
  if (!one.verified) return one
  await verifications.storeUsed(tx, id)
  return undefined
}
