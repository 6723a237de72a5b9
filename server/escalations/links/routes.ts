import { Hono } from 'hono'
import { NotFound } from '../../kernel/refusal.ts'
import { staffActor } from '../../platform/actor.ts'
import { hashOf, isToken } from '../../platform/tokens.ts'
import { readCookie, SESSION_COOKIE } from '../../web/cookies.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { page } from '../../web/page.ts'
import { type Ctx, handling, inPage, type Values } from '../handling.ts'
import { keptWords } from '../rules.ts'
import { aroundOne, withTimes } from '../show.ts'
import { viewEscalation } from '../views/queries.ts'
import { findByLink, type LinkHolder } from './queries.ts'

async function showLink(
  c: Ctx,
  deps: Deps,
  holder: LinkHolder,
  values: Values,
  status: 200 | 422 = 200,
): Promise<Response> {
  const one = await viewEscalation(deps.db, holder.id)
  const around = await aroundOne(deps, holder.id)
  const shown = {
    ...around,
    one: await withTimes(deps, one),
    handles: true,
    mine: false,
    holder,
    base: `/e/${c.req.param('token')}`,
    kept: keptWords(one.state, values.typed as Values | undefined),
    private: true,
  }
  return page(c, deps, 'escalations/link', { ...shown, ...values }, status)
}

async function holderOf(c: Ctx, { db }: Deps): Promise<LinkHolder> {
  const token = c.req.param('token')
  const holder = isToken(token) ? await findByLink(db, hashOf(token)) : undefined
  if (!holder) throw new NotFound()
  return holder
}

/** Nothing of the request is shown where its link is over, or where somebody else is signed in and would act in another's name. */
async function whyNotOpen(c: Ctx, deps: Deps, holder: LinkHolder): Promise<Response | undefined> {
  const values = { holder, private: true, escalationId: holder.id }
  if (holder.expiresAt <= deps.clock.now())
    return page(c, deps, 'escalations/link-shut', { ...values, why: 'over' }, 410)
  const session = readCookie(c, SESSION_COOKIE)
  const reader = isToken(session) ? await deps.whoIs(session) : undefined
  return reader && reader.staffId !== holder.staffId
    ? page(c, deps, 'escalations/link-shut', { ...values, reader, why: 'another' }, 403)
    : undefined
}

/** The private page of whoever was asked by mail: they act from wherever they sit, without signing in. */
export function escalationLinkRoutes(deps: Deps) {
  return new Hono<Env>()
    .get('/e/:token', async (c) => {
      const holder = await holderOf(c, deps)
      return (await whyNotOpen(c, deps, holder)) ?? showLink(c, deps, holder, {})
    })
    .post('/e/:token/:act{acceptance|question|answer|return|note}', async (c) => {
      const holder = await holderOf(c, deps)
      const shut = await whyNotOpen(c, deps, holder)
      if (shut) return shut
      const { typed, what } = await handling(c, holder.id)
      const actor = staffActor(holder.staffId, new Set(['escalation.handle'] as const))
      return inPage(c, typed, () => deps.transact(actor, what), {
        done: `/e/${c.req.param('token')}`,
        again: (values) => showLink(c, deps, holder, values, 422),
      })
    })
}
