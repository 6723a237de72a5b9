import type { Context, MiddlewareHandler } from 'hono'
import { Denied } from '../kernel/refusal.ts'
import { formToken, newToken, same } from '../platform/tokens.ts'
import { readCookie, readPreSessions, SESSION_COOKIE, writePreSession } from './cookies.ts'
import type { Env } from './env.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const DAY_SECONDS = 86_400

type Options = { secret: Buffer; isOurOrigin: (origin: string) => boolean }

/**
 * What rides on a cookie needs, on every unsafe method whatever its content type, to come from a page of ours and to
 * carry a token bound to the session (RELIABILITY 15). /api carries a bearer token and no cookie, and has its own check.
 */
export const crossSite =
  ({ secret, isOurOrigin }: Options): MiddlewareHandler<Env> =>
  async (c, next) => {
    if (SAFE.has(c.req.method) || c.req.path.startsWith('/api/')) return next()
    const origin = c.req.header('origin')
    // A page that tells nobody where it is (no-referrer) posts with `Origin: null`: the browser's own word then counts.
    const named = origin !== undefined && origin !== 'null'
    const fromUs = named ? isOurOrigin(origin) : c.req.header('sec-fetch-site') === 'same-origin'
    if (!fromUs) throw new Denied('same origin')
    if (c.var.body?.kind === 'refused') throw c.var.body.reason
    if (!boundSession(c, secret)) throw new Denied('form token')
    return next()
  }

/** The cookie that the token of this form was made for, where this browser has it. */
export function boundSession(c: Context<Env>, secret: Buffer): string | undefined {
  const sent = c.req.header('x-token') ?? (c.var.body?.kind === 'form' ? c.var.body.fields.get('_token') : null)
  return sent ? sessionsOf(c).find((session) => same(sent, formToken(secret, session))) : undefined
}

/** The cookies that this browser is told apart by: that of a session alone, else each of before one. */
export function sessionsOf(c: Context<Env>): string[] {
  const session = readCookie(c, SESSION_COOKIE)
  return session ? [session] : readPreSessions(c)
}

/** The token for the forms of a page; gives a visitor without a session a pre-session cookie. */
export function tokenFor(c: Context<Env>, secret: Buffer): string {
  const [session] = sessionsOf(c)
  if (session) return formToken(secret, session)
  const made = newToken()
  writePreSession(c, made, DAY_SECONDS)
  return formToken(secret, made)
}
