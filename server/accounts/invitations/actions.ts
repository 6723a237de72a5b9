import { hash } from '@node-rs/argon2'
import type { LinkKind } from '../../events/accounts.ts'
import { instant } from '../../events/event.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { DAY, HOUR, plus } from '../../kernel/time.ts'
import { need, staffActor } from '../../platform/actor.ts'
import { leaveMail, type Outgoing } from '../../platform/outgoing.ts'
import { hashOf, newToken } from '../../platform/tokens.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { endSessionsOf, type Opened, openSession, type Place } from '../actions.ts'
import { getPerson, lockForRights, type Person } from '../people/queries.ts'
import { whyNotPassword } from '../rules.ts'
import * as links from './queries.ts'

export const LASTS: Readonly<Record<LinkKind, number>> = { invitation: 7 * DAY, reset: HOUR }
/** What a stranger who knows a name can make us send. */
const FORGOTTEN_AN_HOUR = 3

export type Key = { readonly kind: LinkKind; readonly token: string; readonly expiresAt: Date }
/** The letter around a key, in the receiver's language: written at the door, where words are chosen. */
export type Compose = (to: Person, key: Key) => Pick<Outgoing, 'subject' | 'text' | 'html' | 'link'>

/**
 * An invitation for somebody who has no password yet, else a reset. The newest link of an administrator replaces those
 * before. It goes by mail, and is returned so that whoever made it sees it once.
 */
export async function sendKey(tx: Tx, id: StaffId, compose: Compose): Promise<Key> {
  need(tx, 'people.edit')
  await lockForRights(tx, [id])
  const person = await getPerson(tx.db, id)
  refuse(person.active ? null : refusal('accounts.not_here'))
  await links.endLinksOf(tx, id)
  return makeKey(tx, person, compose)
}

/**
 * Somebody says they have forgotten their password. Says nothing about whether there is such a person, ends no link
 * that was made before, and sends a few an hour at most: a stranger can neither learn nor spoil anything by it.
 */
export async function sendForgotten(tx: Tx, nameOrAddress: string, compose: Compose): Promise<void> {
  const staffId = await links.findByNameOrAddress(tx.db, nameOrAddress.trim().toLowerCase())
  if (!staffId) return
  await lockForRights(tx, [staffId])
  if ((await links.countLinksSince(tx.db, staffId, plus(tx.now, -HOUR))) >= FORGOTTEN_AN_HOUR) return
  const person = await getPerson(tx.db, staffId)
  if (person.active) await makeKey(tx, person, compose)
}

/** A link for the terminal of whoever runs the house: no letter. @throws NotFound */
export async function makeKeyFor(tx: Tx, login: string): Promise<Key> {
  const staffId = await links.findByNameOrAddress(tx.db, login.trim().toLowerCase())
  if (!staffId) throw new NotFound()
  const person = await getPerson(tx.db, staffId)
  return insertKey(tx, person)
}

/**
 * The one use of a link: a password of one's own. Every other link and session of the person ends, and a new session
 * begins. @throws NotFound where the link opens nothing (any more)
 */
export async function choosePassword(
  tx: Tx,
  { token, password, place }: { token: string; password: string; place: Place },
): Promise<Opened> {
  const link = await links.findOpenLink(tx.db, hashOf(token), tx.now)
  if (!link) throw new NotFound()
  const { id: linkId, staffId, kind } = link
  const person = await getPerson(tx.db, staffId)
  refuse(whyNotPassword(password, person))
  if (!(await links.endLink(tx, linkId))) throw new NotFound()
  const acting = { ...tx, actor: staffActor(staffId, new Set()) }
  await announce(acting, 'link.used', { linkId, staffId, kind }, { about: [] })
  return replacePassword(acting, staffId, { password, how: kind, place })
}

/** Whoever had a session with the old password has none any more. */
export async function replacePassword(
  tx: Tx,
  staffId: StaffId,
  { password, how, place }: { password: string; how: 'own' | LinkKind; place: Place },
): Promise<Opened> {
  await links.storePassword(tx, staffId, await hash(password))
  await links.endLinksOf(tx, staffId)
  await endSessionsOf(tx, staffId, 'password_changed')
  await announce(tx, 'password.changed', { staffId, how }, { about: [`duty:${staffId}`] })
  return openSession(tx, staffId, place)
}

async function makeKey(tx: Tx, person: Person, compose: Compose): Promise<Key> {
  const key = await insertKey(tx, person)
  await leaveMail(tx, {
    ...compose(person, key),
    kind: key.kind,
    staffId: person.id,
    recipient: person.email,
    linkUntil: key.expiresAt,
  })
  return key
}

async function insertKey(tx: Tx, { id: staffId, invited }: Person): Promise<Key> {
  const kind = invited ? 'invitation' : 'reset'
  const token = newToken()
  const expiresAt = plus(tx.now, LASTS[kind])
  const linkId = await links.insertLink(tx, { staffId, kind, tokenHash: hashOf(token), expiresAt })
  await announce(tx, 'link.made', { linkId, staffId, kind, expiresAt: instant(expiresAt) }, { about: [] })
  return { kind, token, expiresAt }
}
