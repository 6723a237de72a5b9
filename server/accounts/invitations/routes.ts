import { type Context, Hono } from 'hono'
import { NotFound, Refusal, refusal } from '../../kernel/refusal.ts'
import { system } from '../../platform/actor.ts'
import { hashOf, isToken } from '../../platform/tokens.ts'
import { addressKey, clientAddress } from '../../web/address.ts'
import { forgetPreSessions, SESSION_COOKIE, writeCookie } from '../../web/cookies.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { facade } from '../../web/facade.ts'
import { form, text } from '../../web/forms.ts'
import { limit } from '../../web/limits.ts'
import { page, seeOther } from '../../web/page.ts'
import { getPerson } from '../people/queries.ts'
import { placeOf } from '../place.ts'
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../rules.ts'
import { choosePassword, sendForgotten } from './actions.ts'
import { composer } from './letters.ts'
import { findOpenLink } from './queries.ts'

/** What an address may ask in a quarter of an hour: an office behind one address forgets as well. */
const ASKED = { count: 10, seconds: 900 }
const SCENERY = { facade: facade(56, 35, 0), private: true }

/** Where a person chooses a password: by a link that came to them, or that they ask for. */
export const invitationRoutes = (deps: Deps) => {
  const pace = limit(deps.clock, ASKED.count, ASKED.seconds)
  return new Hono<Env>()
    .get('/key/:token', (c) => showKey(c, deps))
    .post('/key/:token', async (c) => {
      const { password, again } = await form(c, { password: text(LONGEST_PASSWORD), again: text(LONGEST_PASSWORD) })
      try {
        if (password !== again) throw refusal('accounts.password_differs', {}, 'again')
        const token = tokenOf(c)
        const place = placeOf(c, deps)
        const opened = await deps.transact(system, (tx) => choosePassword(tx, { token, password, place }))
        deps.live.cut('/desk', `staff:${opened.staffId}`)
        writeCookie(c, SESSION_COOKIE, opened.token, opened.maxAgeSeconds)
        forgetPreSessions(c)
        return seeOther(c, '/duty')
      } catch (error) {
        if (error instanceof NotFound) return showOver(c, deps)
        if (!(error instanceof Refusal)) throw error
        return showKey(c, deps, error)
      }
    })
    .get('/forgotten', (c) => page(c, deps, 'invitations/forgotten', SCENERY))
    .post('/forgotten', async (c) => {
      const { login } = await form(c, { login: text(120) })
      const wait = pace.take(addressKey(clientAddress(c, deps.config)))
      if (wait > 0) {
        const refused = refusal('accounts.wait', { count: wait }, 'login')
        return page(c, deps, 'invitations/forgotten', { ...SCENERY, typed: { login }, refused }, 422)
      }
      // After the answer: how long it takes would tell whether there is such a person.
      const { language } = c.var
      composer(deps, language)
        .then((compose) => deps.transact(system, (tx) => sendForgotten(tx, login, compose)))
        .catch((error) => deps.log.error({ reason: String(error) }, 'a forgotten password was not answered'))
      return page(c, deps, 'invitations/forgotten', { ...SCENERY, asked: true })
    })
}

const tokenOf = (c: Context<Env>): string => {
  const token = c.req.param('token')
  if (!isToken(token)) throw new NotFound()
  return token
}

async function showKey(c: Context<Env>, deps: Deps, refused?: Refusal): Promise<Response> {
  const token = c.req.param('token')
  const link = isToken(token) ? await findOpenLink(deps.db, hashOf(token), deps.clock.now()) : undefined
  if (!link) return showOver(c, deps)
  const person = await getPerson(deps.db, link.staffId)
  const values = { ...SCENERY, kind: link.kind, person, until: link.expiresAt, shortest: SHORTEST_PASSWORD, refused }
  return page(c, deps, 'invitations/key', values, refused ? 422 : 200)
}

/** Made up, used, over, or its person left: the same page for all. */
const showOver = (c: Context<Env>, deps: Deps): Promise<Response> => page(c, deps, 'invitations/over', SCENERY, 404)
