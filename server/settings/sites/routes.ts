import { Hono } from 'hono'
import type { SiteId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { allowSite, shutOutSite } from './actions.ts'
import { listSites } from './queries.ts'

/** Whose pages may open a chat: asked for at each request, so a change is in force at once. */
export const siteRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'settings.edit')
  return new Hono<Env>()
    .get('/', edits, async (c) => page(c, deps, 'settings/sites', { sites: await listSites(deps.db) }))
    .post('/', edits, async (c) => {
      const { origin } = await form(c, { origin: optionalText(300) })
      try {
        await deps.transact(c.var.me.actor, (tx) => allowSite(tx, origin))
        return seeOther(c, '/settings/sites')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        const values = { sites: await listSites(deps.db), typed: origin, refused: error }
        return page(c, deps, 'settings/sites', values, 422)
      }
    })
    .post('/:id/removal', edits, async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => shutOutSite(tx, pathId<SiteId>(c)))
      return seeOther(c, '/settings/sites')
    })
}
