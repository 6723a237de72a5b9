import type { Context, MiddlewareHandler } from 'hono'
import { Denied } from '../kernel/refusal.ts'
import { formToken, newToken, same } from '../platform/tokens.ts'
import { PRE_SESSION_COOKIE, readCookie, SESSION_COOKIE, writeCookie } from './cookies.ts'
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
    const sent = c.req.header('x-token') ?? (c.var.body?.kind === 'form' ? c.var.body.fields.get('_token') : null)
    const bound = sessionOf(c)
    if (!sent || !bound || !same(sent, formToken(secret, bound))) throw new Denied('form token')
    return next()
  }

/** The cookie that this browser is told apart by: of a session, or of before one. */
export const sessionOf = (c: Context<Env>): string | undefined =>
  readCookie(c, SESSION_COOKIE) ?? readCookie(c, PRE_SESSION_COOKIE)

/** The token for the forms of a page; gives a visitor without a session a pre-session cookie. */
export function tokenFor(c: Context<Env>, secret: Buffer): string {
  const session = sessionOf(c)
  if (session) return formToken(secret, session)
  const made = newToken()
  writeCookie(c, PRE_SESSION_COOKIE, made, DAY_SECONDS)
  return formToken(secret, made)
}
