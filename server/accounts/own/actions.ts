import { verify } from '@node-rs/argon2'
import type { SessionId, StaffId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { staffOf } from '../../platform/actor.ts'
import { hashOf } from '../../platform/tokens.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { endSessionsOf, type Opened, type Place } from '../actions.ts'
import { replacePassword } from '../invitations/actions.ts'
import { getPerson } from '../people/queries.ts'
import { changedFields, isEmail, isPhone } from '../people/rules.ts'
import * as accounts from '../queries.ts'
import { secondsToWait, whyNotPassword } from '../rules.ts'
import * as own from './queries.ts'

const REMEMBERED_MINUTES = 15
const FREE_TRIES = 5

/**
 * Another password for oneself. Every session ends and this one goes on under a new id. Undefined where the old
 * password is wrong; the failure is noted by the caller, outside.
 */
export async function changePassword(
  tx: Tx,
  { old, password, place }: { old: string; password: string; place: Place },
): Promise<Opened | undefined> {
  const staffId = staffOf(tx)
  if (!(await isOwnPassword(tx, staffId, old))) return undefined
  refuse(whyNotPassword(password, await getPerson(tx.db, staffId)))
  refuse(old === password ? refusal('accounts.password_same', {}, 'password') : null)
  return replacePassword(tx, staffId, { password, how: 'own', place })
}

/**
 * A number and an address of one's own. The password is asked for where the address changes: a link to a new password
 * goes there. False where it is wrong.
 */
export async function changeContact(
  tx: Tx,
  { old, phone, email }: { old: string; phone: string | null; email: string | null },
): Promise<boolean> {
  const staffId = staffOf(tx)
  const before = await getPerson(tx.db, staffId)
  if (phone && !isPhone(phone)) throw refusal('accounts.phone_unclear', {}, 'phone')
  if (email && !isEmail(email)) throw refusal('accounts.email_unclear', {}, 'email')
  const fields = changedFields(before, { ...before, phone, email })
  if (fields.includes('email') && !(await isOwnPassword(tx, staffId, old))) return false
  if (fields.length === 0) return true
  await own.setContact(tx, staffId, { phone, email })
  await announce(tx, 'person.changed', { staffId, fields }, { about: ['people', `duty:${staffId}`] })
  return true
}

/** One of one's own sessions; anybody else's is not there. @throws NotFound */
export async function endOwnSession(tx: Tx, id: SessionId): Promise<void> {
  const staffId = staffOf(tx)
  if (!(await own.ownsSession(tx.db, staffId, id))) throw new NotFound()
  if (await accounts.endSessionRow(tx, id))
    await announce(
      tx,
      'session.ended',
      { sessionId: id, staffId, why: 'ended_elsewhere' },
      { about: [`duty:${staffId}`] },
    )
}

export const endOtherSessions = (tx: Tx, keep: SessionId): Promise<void> =>
  endSessionsOf(tx, staffOf(tx), 'ended_elsewhere', keep)

/** Notes a wrong old password, in a transaction of its own. */
export const noteWrongOld = async (tx: Tx): Promise<void> =>
  void (await accounts.noteFailure(tx.db, [keyOf(staffOf(tx))], tx.now))

async function isOwnPassword(tx: Tx, staffId: StaffId, password: string): Promise<boolean> {
  const since = plus(tx.now, -REMEMBERED_MINUTES * MINUTE)
  const { count, last } = await accounts.countFailures(tx.db, keyOf(staffId), since)
  const seconds = secondsToWait(count, last, FREE_TRIES, tx.now)
  if (seconds > 0) throw refusal('accounts.wait', { count: seconds }, 'old')
  return verify(await own.passwordHashOf(tx, staffId), password).catch(() => false)
}

// Whoever sits at somebody's open session gets as few tries as whoever stands before the door.
const keyOf = (staffId: StaffId): string => hashOf(`own\n${staffId}`).toString('base64url')
