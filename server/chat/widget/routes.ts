import { Hono } from 'hono'
import { z } from 'zod'
import { LANGUAGES } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { listAllowedSites } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { optionalText, query } from '../../web/forms.ts'
import { policy } from '../../web/headers.ts'
import { page } from '../../web/page.ts'
import { frontOf } from '../front.ts'
import { LIMITS } from '../rules.ts'

const ASKED = {
  language: z.enum(LANGUAGES).optional(),
  page: optionalText(LIMITS.pageLetters).optional(),
  site: optionalText(300).optional(),
  theme: z.enum(['dark', 'light', 'auto']).optional(),
}

/** /widget: the chat for a frame on another site; who may frame it are the allowed sites. /widget/demo: such a site, for newcomers. */
export const widgetPages = (deps: Deps) =>
  new Hono<Env>()
    .get('/', async (c) => {
      const asked = query(c, ASKED)
      if (asked.language) c.set('language', asked.language)
      if (asked.theme) c.set('theme', asked.theme)
      const sites = await listAllowedSites(deps.db)
      const { site = '', page: cameFrom } = asked
      const values = { ...(await frontOf(c, deps)), cameFrom, site: sites.includes(site) ? site : '' }
      const answer = await page(c, deps, 'widget/frame', values)
      const ancestors = sites.length > 0 ? sites.join(' ') : "'none'"
      answer.headers.set('content-security-policy', policy(c.var.nonce, ancestors))
      return answer
    })
    .get('/demo', async (c) => {
      if (!deps.config.demo) throw new NotFound()
      return page(c, deps, 'widget/demo', {})
    })
