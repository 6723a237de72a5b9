import { type Context, Hono } from 'hono'
import { maskContact } from '../../kernel/masks.ts'
import { NotFound, TooMany } from '../../kernel/refusal.ts'
import { system } from '../../platform/actor.ts'
import { hashOf, isToken } from '../../platform/tokens.ts'
import { addressKey, clientAddress } from '../../web/address.ts'
import { LANGUAGE_COOKIE, readCookie } from '../../web/cookies.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form } from '../../web/forms.ts'
import { limit } from '../../web/limits.ts'
import { page, seeOther } from '../../web/page.ts'
import { verifyByLink } from './actions.ts'
import { findVerification } from './queries.ts'

const PER_MINUTE = 60

/** /verify/<token>, of an address or a number: GET shows, because mail scanners follow links; POST verifies. */
export const verificationRoutes = (deps: Deps) => {
  const pace = limit(deps.clock, PER_MINUTE, 60)
  return new Hono<Env>()
    .use(async (c, next) => {
      const seconds = pace.take(addressKey(clientAddress(c, deps.config)))
      if (seconds > 0) throw new TooMany(seconds)
      await next()
    })
    .get('/:token', async (c) => show(c, deps))
    .post('/:token', async (c) => {
      await form(c, {})
      await deps.transact(system, (tx) => verifyByLink(tx, c.req.param('token')))
      return seeOther(c, `/verify/${c.req.param('token')}`)
    })
}

async function show(c: Context<Env>, deps: Deps): Promise<Response> {
  const token = c.req.param('token')
  const found = isToken(token) ? await findVerification(deps.db, hashOf(token), deps.clock.now()) : undefined
  if (!found) throw new NotFound()
  if (!readCookie(c, LANGUAGE_COOKIE)) c.set('language', found.language)
  return page(c, deps, 'verification/show', {
    base: `/verify/${token}`,
    /** Where its words stand. */
    of: found.kind === 'phone' ? 'phone.' : '',
    address: maskContact(found.value),
    verified: found.verified,
    private: true,
  })
}
