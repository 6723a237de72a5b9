import type { ContactId, TicketId, VerificationId } from '../../kernel/ids.ts'
import { NotFound, refusal } from '../../kernel/refusal.ts'
import { DAY, HOUR, plus } from '../../kernel/time.ts'
import { codeOf, hashOf, isToken, same } from '../../platform/tokens.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import * as verifications from './queries.ts'
import { isAwaited, mayAsk, readCode } from './rules.ts'

/**
 * There is something to say to an address or a number that nobody has proved: it is asked whose it is, and nothing else
 * (RELIABILITY 17). `pressed`: the customer wants it now. `left` where a letter or a message follows, `soon` where one went
 * a moment ago, `full` where too many numbers were asked, or this one too often.
 */
export async function askToVerify(
  tx: Tx,
  { id: contactId, kind, value }: Pick<verifications.Address, 'id' | 'kind' | 'value'>,
  { ticketId, pressed = false }: { ticketId: TicketId | null; pressed?: boolean },
): Promise<'left' | 'soon' | 'full'> {
  const { verifyAgainMinutes: againMinutes, verificationHours } = await currentSettings(tx.db)
  await verifications.lockAddress(tx, value)
  const last = await verifications.lastAsked(tx.db, { kind, value })
  if (!mayAsk(last, { now: tx.now, againMinutes, pressed })) return 'soon'
  if (kind === 'phone' && (await isFull(tx, value))) return 'full'
  const expiresAt = plus(tx.now, verificationHours * HOUR)
  const verificationId = await verifications.insertVerification(tx, { contactId, ticketId, expiresAt })
  await announce(tx, 'contact.asked', { verificationId, contactId }, { about: [] })
  return 'left'
}

/** Messages cost money, and strangers' numbers are easily typed. */
async function isFull(tx: Tx, number: string): Promise<boolean> {
  const { textsADay, codesAnHour } = await currentSettings(tx.db)
  if ((await verifications.countCodes(tx.db, plus(tx.now, -HOUR))) >= codesAnHour) return true
  return (await verifications.textsFullSince(tx.db, { number, most: textsADay, since: plus(tx.now, -DAY) })) !== null
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

/**
 * The code was typed where it was asked for. False where it is another one, which counts: after five only a new code is
 * read. @throws Refusal where none is waited for
 */
export async function proveByCode(
  tx: Tx,
  { id: contactId, verified }: Pick<verifications.Address, 'id' | 'verified'>,
  { code, secret }: { code: string; secret: Buffer },
): Promise<boolean> {
  if (verified) return true
  const { codeMinutes } = await currentSettings(tx.db)
  const found = await verifications.lastOf(tx.db, contactId)
  const last = found && (await verifications.lockVerification(tx, found.id))
  if (!last?.tokenHash || last.state !== 'left' || !isAwaited(last, tx.now, codeMinutes))
    throw refusal('customers.code_over', {}, 'code')
  if (!same(codeOf(secret, last.tokenHash), readCode(code))) {
    await verifications.storeTry(tx, last.id)
    return false
  }
  await verifications.storeUsed(tx, last.id)
  await verifyContact(tx, contactId)
  return true
}

/** Only for the letter: the id of one that is not written yet and still has something to ask; undefined else. */
export async function beginAsking(tx: Tx, id: VerificationId): Promise<verifications.Verification | undefined> {
  const one = await verifications.lockVerification(tx, id)
  if (one.state !== 'due') return undefined
  if (!one.verified) return one
  await verifications.storeUsed(tx, id)
  return undefined
}
