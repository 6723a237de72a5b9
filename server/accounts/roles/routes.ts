import { Hono } from 'hono'
import { type POSTS, STANDING_ROLES } from '../../kernel/capabilities.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page } from '../../web/page.ts'
import { getPerson } from '../people/queries.ts'
import { cardOf } from './cards.ts'
import { stepsIn } from './steps.ts'

/** Role cards: what each post and each standing role may and must do, one's own first (REGULATION row 2). */
export const roleRoutes = (deps: Deps) =>
  new Hono<Env>().get('/', staffOnly(deps), async (c) => {
    query(c, {})
    const { posts, roles } = await getPerson(deps.db, c.var.me.staffId)
    const mine = new Set<string>([...posts, ...roles])
    const card = (name: (typeof POSTS)[number] | (typeof STANDING_ROLES)[number]) => ({
      ...cardOf(c.var.language, name),
      mine: mine.has(name),
    })
    return page(c, deps, 'roles/cards', {
      posts: ['manager', 'service', 'technician', 'guard'].map((name) => card(name as (typeof POSTS)[number])),
      roles: STANDING_ROLES.map(card),
      steps: stepsIn(c.var.language),
    })
  })
