import { createHmac } from 'node:crypto'
import type { Context } from 'hono'
import { PRE_SESSION_COOKIE, readCookie, SESSION_COOKIE } from '../web/cookies.ts'
import type { Env } from '../web/env.ts'

/**
 * The visitor token of a browser without JavaScript: derived from the cookie that its form token is bound to, so that
 * two presses of one button are the same visitor, and nothing more has to be stored there.
 */
export function browserToken(c: Context<Env>, secret: Buffer): string {
  const bound = readCookie(c, PRE_SESSION_COOKIE) ?? readCookie(c, SESSION_COOKIE) ?? ''
  return createHmac('sha256', secret).update(`visitor:${bound}`).digest('base64url')
}
