import type { MiddlewareHandler } from 'hono'
import { isLanguage, type Language } from '../kernel/language.ts'
import { Malformed } from '../kernel/refusal.ts'
import { newToken } from '../platform/tokens.ts'
import { isSecure } from './address.ts'
import { LANGUAGE_COOKIE, readCookie, THEME_COOKIE } from './cookies.ts'
import type { Deps } from './deps.ts'
import type { Body, Env, Theme } from './env.ts'
import { BODY_BYTES, parseBody } from './forms.ts'

/** Strict: no inline script or style; scripts by nonce, new for each response and base64url (GROUND trap 5). */
export const policy = (nonce: string, frameAncestors: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "media-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
    "require-trusted-types-for 'script'",
    "worker-src 'self'",
    'trusted-types htmx nightdesk-worker',
  ].join('; ')

/** Half a year, as long as browsers are asked to remember that we are reached by https alone. */
const HTTPS_ONLY = 'max-age=15552000'

/** Nonce and the headers that every answer carries. A route that may be framed overwrites the policy. */
export const safeHeaders =
  ({ config }: Pick<Deps, 'config'>): MiddlewareHandler<Env> =>
  async (c, next) => {
    const nonce = newToken().slice(0, 22)
    c.set('nonce', nonce)
    c.set('secure', isSecure(c, config))
    await next()
    if (!c.res.headers.has('content-security-policy')) c.header('content-security-policy', policy(nonce, "'none'"))
    c.header('x-content-type-options', 'nosniff')
    if (c.var.secure) c.header('strict-transport-security', HTTPS_ONLY)
    if (!c.res.headers.has('referrer-policy')) c.header('referrer-policy', 'same-origin')
    c.header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
  }

/** Reads the body once, strictly, before anything looks at it. */
export const readBody: MiddlewareHandler<Env> = async (c, next) => {
  if (c.var.body || c.req.method === 'GET' || c.req.method === 'HEAD' || c.req.method === 'OPTIONS') return next()
  c.set('body', await bodyOf(c.req.raw))
  return next()
}

async function bodyOf({ headers, body }: Request): Promise<Body | undefined> {
  const contentType = headers.get('content-type') ?? ''
  const kept: Uint8Array[] = []
  try {
    return parseBody(await collect(body, { kept }), contentType)
  } catch (reason) {
    if (reason instanceof Malformed) return { kind: 'refused', reason, typed: typedIn(kept, contentType) }
    throw reason
  }
}

/** Whoever typed too much gets back what was read of it, to shorten it; of what is longer still, the beginning. */
function typedIn(kept: readonly Uint8Array[], contentType: string): URLSearchParams | undefined {
  const isForm = contentType.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
  const cutLetter = /(%[\da-f]?)?$/i
  return isForm ? new URLSearchParams(Buffer.concat(kept).toString().replace(cutLetter, '')) : undefined
}

/** Whoever sent a little too much hears of it: a line that is closed on unread bytes loses the answer. */
const DRAINED_BYTES = 1_000_000

/**
 * Never more than a body may have, whatever was announced; what is beyond is read up to a point and refused, at once where it is
 * announced to go beyond that point. `kept` holds what was read.
 */
export async function collect(
  body: ReadableStream<Uint8Array> | null,
  {
    mostBytes = BODY_BYTES,
    announced = 0,
    kept = [],
  }: { mostBytes?: number; announced?: number; kept?: Uint8Array[] } = {},
): Promise<Uint8Array> {
  if (!body) return new Uint8Array()
  const drained = Math.max(DRAINED_BYTES, 2 * mostBytes)
  if (announced > drained) throw new Malformed('too_large')
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.byteLength
    kept.push(piece)
    if (bytes > drained) break
  }
  if (bytes > mostBytes) throw new Malformed('too_large')
  return Buffer.concat(kept)
}

/** The reader's language and theme: what was chosen, else what the browser prefers; dark first, because it is night. */
export const readerPreferences: MiddlewareHandler<Env> = async (c, next) => {
  c.set('language', chosenLanguage(readCookie(c, LANGUAGE_COOKIE), c.req.header('accept-language')))
  const theme = readCookie(c, THEME_COOKIE)
  c.set('theme', theme === 'light' || theme === 'auto' ? (theme satisfies Theme) : 'dark')
  await next()
}

export function chosenLanguage(cookie: string | undefined, accept: string | undefined): Language {
  if (isLanguage(cookie)) return cookie
  const first = (accept ?? '').split(',')[0]?.trim().toLowerCase() ?? ''
  return first === '' || first.startsWith('zh') ? 'zh-CN' : 'en'
}
