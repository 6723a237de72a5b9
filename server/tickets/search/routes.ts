import { type Context, Hono } from 'hono'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { optionalText, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { partOrPage } from '../../web/page.ts'
import { searchTickets } from './queries.ts'
import { readWanted } from './rules.ts'

const MOST = 50

/** GET /tickets/search?q=…: what is wanted lives in the address, so that it can be kept and sent on. */
export const searchRoutes = (deps: Deps) =>
  new Hono<Env>().get('/search', staffOnly(deps, 'ticket.search'), async (c: Context<Env>) => {
    const { q = '' } = query(c, { q: optionalText(80).optional() })
    const found = q.trim() === '' ? [] : await searchTickets(deps.db, readWanted(q), MOST)
    return partOrPage(c, deps, 'search/show', 'found', {
      q,
      found,
      searched: q.trim() !== '',
      full: found.length === MOST,
    })
  })
