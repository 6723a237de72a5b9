import { Hono } from 'hono'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { page } from '../web/page.ts'
import { currentTerms } from './queries.ts'

/** GET /terms: what customers accept when they ask. */
export const policyRoutes = (deps: Deps) =>
  new Hono<Env>().get('/terms', async (c) => {
    const { version, body, publishedAt } = await currentTerms(deps.db)
    return page(c, deps, 'policies/terms', {
      version,
      publishedAt,
      paragraphs: body[c.var.language].split('\n').filter(Boolean),
    })
  })
