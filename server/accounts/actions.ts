import { verify } from '@node-rs/argon2'
import type { SessionEnd } from '../events/accounts.ts'
import type { SessionId, StaffId } from '../kernel/ids.ts'
import { refusal } from '../kernel/refusal.ts'
import { DAY, HOUR, MINUTE, plus } from '../kernel/time.ts'
import { staffActor, staffOf } from '../platform/actor.ts'
import { hashOf, newToken } from '../platform/tokens.ts'
import { announce } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import * as accounts from './queries.ts'
import { secondsToWait, UNKNOWN_PERSON_HASH } from './rules.ts'

/** Where somebody sits: shown to the person in the list of their own sessions. */
export type Place = { readonly address: string; readonly browser: string | null }
export type Attempt = Place & { login: string; password: string }
export type Opened = { token: string; sessionId: SessionId; staffId: StaffId; maxAgeSeconds: number }

/** The row decides when a session is over, and use moves that on; the cookie only has to live long enough. */
const COOKIE_SECONDS = (30 * DAY) / 1000

/** Failures count for so long. */
const REMEMBERED_MINUTES = 15

/**
 * Opens a session for the right password. Known and unknown names take the same path and the same time. Wrong ones slow
 * down the pair of account and address, and the address; never the account alone, by which a stranger could keep an
 * agent out on shift (RELIABILITY 17). Returns undefined for a wrong pair; the failure is noted by the caller, outside.
 */
export async function signIn(tx: Tx, { login, password, address, browser }: Attempt): Promise<Opened | undefined> {
  const name = login.trim().toLowerCase()
  // Of many guesses sent at once each sees those before it.
  await accounts.lockFailures(tx.db, pairKey(name, address))
  for (const key of failureKeys({ login: name, address })) {
    const { count, last } = await accounts.countFailures(tx.db, key.key, plus(tx.now, -REMEMBERED_MINUTES * MINUTE))
    const seconds = secondsToWait(count, last, key.free, tx.now)
    if (seconds > 0) throw refusal('accounts.wait', { count: seconds })
  }
  const known = await accounts.findForSignIn(tx.db, name)
  const right = await verify(known?.passwordHash ?? UNKNOWN_PERSON_HASH, password).catch(() => false)
  if (!known || !right) {
    await noteWrongPassword(tx, { login: name, address })
    return undefined
  }
  await accounts.forgetFailures(tx.db, pairKey(name, address))
  return openSession(tx, known.id, { address, browser })
}

/** A new session, with a token that nobody has seen before (RELIABILITY 15). */
export async function openSession(tx: Tx, staffId: StaffId, { address, browser }: Place): Promise<Opened> {
  const { sessionHours } = await currentSettings(tx.db)
  const token = newToken()
  const sessionId = await accounts.insertSession(tx, {
    tokenHash: hashOf(token),
    staffId,
    expiresAt: plus(tx.now, sessionHours * HOUR),
    address,
    browser,
  })
  const acting = { ...tx, actor: staffActor(staffId, new Set()) }
  await announce(acting, 'session.opened', { sessionId, staffId }, { about: [] })
  return { token, sessionId, staffId, maxAgeSeconds: COOKIE_SECONDS }
}

/** Ends every session of a person, but the one named; whoever calls it cuts their live lines after the commit. */
export async function endSessionsOf(tx: Tx, staffId: StaffId, why: SessionEnd, except?: SessionId): Promise<void> {
  for (const sessionId of await accounts.endSessionRows(tx, staffId, except ?? null))
    await announce(tx, 'session.ended', { sessionId, staffId, why }, { about: [`duty:${staffId}`] })
}

/** Notes a wrong pair, in a transaction of its own: the refused one is rolled back. */
export async function noteWrongPassword(tx: Tx, { login, address }: Pick<Attempt, 'login' | 'address'>): Promise<void> {
  const keys = failureKeys({ login: login.trim().toLowerCase(), address }).map(({ key }) => key)
  await accounts.noteFailure(tx.db, keys, tx.now)
}

export async function signOut(tx: Tx, sessionId: SessionId): Promise<void> {
  const staffId = staffOf(tx)
  if (await accounts.endSessionRow(tx, sessionId))
    await announce(tx, 'session.ended', { sessionId, staffId, why: 'signed_out' }, { about: [`duty:${staffId}`] })
}

// Keys are hashes: the table is no list of what people tried.
const pairKey = (login: string, address: string): string => hashOf(`pair\n${login}\n${address}`).toString('base64url')
const failureKeys = ({ login, address }: { login: string; address: string }) => [
  { key: pairKey(login, address), free: 5 },
  { key: hashOf(`address\n${address}`).toString('base64url'), free: 30 },
]
