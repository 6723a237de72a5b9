import type { MiddlewareHandler } from 'hono'
import type { Capability } from '../kernel/capabilities.ts'
import { Denied, OffPost, Unauthenticated } from '../kernel/refusal.ts'
import { isToken } from '../platform/tokens.ts'
import { readCookie, SESSION_COOKIE } from './cookies.ts'
import type { Deps } from './deps.ts'
import type { Env, SignedIn } from './env.ts'
import { wantsJson, wantsPart } from './page.ts'

const READS = ['GET', 'HEAD']

/** Staff only, with the capability where one is named. A page asked for without a session leads to sign-in and back. */
export const staffOnly =
  (deps: Deps, capability?: Capability): MiddlewareHandler<Env> =>
  async (c, next) => {
    const token = readCookie(c, SESSION_COOKIE)
    const me = isToken(token) ? await deps.whoIs(token) : undefined
    if (!me) {
      if (READS.includes(c.req.method) && !wantsPart(c) && !wantsJson(c)) {
        const { pathname, search } = new URL(c.req.url)
        return c.redirect(`/sign-in?next=${encodeURIComponent(pathname + search)}`, 303)
      }
      throw new Unauthenticated()
    }
    c.set('me', me)
    if (me.language) c.set('language', me.language)
    if (capability) needOf(me, capability)
    await next()
  }

/** @throws OffPost for whoever would have it on their post, Denied for everybody else without it */
export function needOf({ capabilities, offPost }: SignedIn, capability: Capability): void {
  if (capabilities.has(capability)) return
  throw offPost.has(capability) ? new OffPost(capability) : new Denied(capability)
}
