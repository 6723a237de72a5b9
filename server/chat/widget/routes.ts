import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { z } from 'zod'
import { someoneOnPost } from '../../desk/on-post/queries.ts'
import { branchOf } from '../../i18n/dictionaries.ts'
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
    // Nothing secret is in the frame: its form is sent by script with a bearer token, and carries none of a cookie.
    .get('/', compress(), async (c) => {
      const asked = query(c, ASKED)
      if (asked.language) c.set('language', asked.language)
      if (asked.theme) c.set('theme', asked.theme)
      const sites = await listAllowedSites(deps.db)
      const { site = '', page: cameFrom } = asked
      const shown = { cameFrom, site: sites.includes(site) ? site : '', framed: true, asksIn: c.var.language }
      const answer = await page(c, deps, 'widget/frame', { ...(await frontOf(c, deps)), ...shown })
      const ancestors = sites.length > 0 ? sites.join(' ') : "'none'"
      answer.headers.set('content-security-policy', policy(c.var.nonce, ancestors))
      return answer
    })
    .get('/demo', async (c) => {
      if (!deps.config.demo) throw new NotFound()
      return page(c, deps, 'widget/demo', {})
    })

const SCRIPT = path.join(import.meta.dirname, '../../../public/widget.js')
/** One look a moment, however many pages of other sites are opened in it. */
const LOOK_EVERY_MILLISECONDS = 2000

/** /widget.js: the one thing that a page of another site loads. It knows whether somebody is awake, and its words in both languages. */
export function widgetScript(deps: Deps) {
  const words = Object.fromEntries(LANGUAGES.map((language) => [language, branchOf(language, 'widget.button')]))
  let look = { at: Number.NEGATIVE_INFINITY, awake: Promise.resolve(false) }
  const isAwake = (): Promise<boolean> => {
    const now = deps.clock.now()
    if (Math.abs(now.getTime() - look.at) > LOOK_EVERY_MILLISECONDS) look = { at: now.getTime(), awake: awakeAt(now) }
    return look.awake
  }
  // A button without a lamp is better than none.
  const awakeAt = async (now: Date): Promise<boolean> =>
    someoneOnPost(deps.db, now).then(
      ({ count }) => count > 0,
      () => false,
    )
  return new Hono<Env>().get('/widget.js', compress(), async (c) => {
    const facts = JSON.stringify({ awake: await isAwake(), words })
    const script = fs.readFileSync(SCRIPT, 'utf8').replace('__FACTS__', () => facts)
    const etag = `"${createHash('sha256').update(script).digest('base64url').slice(0, 22)}"`
    c.header('etag', etag)
    c.header('cache-control', 'no-cache')
    c.header('vary', 'Accept-Encoding')
    c.header('cross-origin-resource-policy', 'cross-origin')
    if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304)
    return c.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8' })
  })
}
