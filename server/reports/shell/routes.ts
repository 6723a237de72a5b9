import { Hono } from 'hono'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { optionalText, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, seeOther, wantsPart } from '../../web/page.ts'

/** What stands around the content of every staff page, fetched anew: rail and its counts, my duty, the line of the night. */
export const shellRoutes = (deps: Deps) =>
  new Hono<Env>().get('/', staffOnly(deps), async (c) => {
    const { at } = query(c, { at: optionalText(20).optional() })
    if (!wantsPart(c)) return seeOther(c, '/duty')
    const staffFrame = await deps.staffFrame(c.var.me)
    return fragment(c, deps, 'shell/frame', 'frame', {
      current: at,
      staffFrame,
      here: pageOf(c.req.header('hx-current-url')),
    })
  })

/** The page that the frame stands around: its forms lead back there. */
function pageOf(url: string | undefined): string {
  const page = url && URL.canParse(url) ? new URL(url) : undefined
  return page ? page.pathname + page.search : '/duty'
}
