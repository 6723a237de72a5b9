import type { Context } from 'hono'
import { findVisitor, type Visitor } from '../customers/queries.ts'
import { browserToken, hashOf } from '../platform/tokens.ts'
import { boundSession, sessionsOf } from '../web/cross-site.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'

/**
 * The visitor token of a browser without JavaScript: derived from the very cookie that the form's token is bound to, so
 * that two presses of one button are the same visitor, and nothing more has to be stored there.
 */
export const senderOf = (c: Context<Env>, secret: Buffer): string => browserToken(secret, boundSession(c, secret) ?? '')

/** Every visitor that this browser has been: pages opened at the same moment brought a cookie each. */
export async function visitorsOf(c: Context<Env>, { db, secret, clock }: Deps): Promise<Visitor[]> {
  const tokens = sessionsOf(c).map((session) => hashOf(browserToken(secret, session)))
  const found = await Promise.all(tokens.map((hash) => findVisitor(db, hash, clock.now())))
  return found.filter((visitor) => visitor !== undefined)
}
