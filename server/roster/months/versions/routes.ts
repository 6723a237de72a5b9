import { Hono } from 'hono'
import { NotFound } from '../../../kernel/refusal.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { query } from '../../../web/forms.ts'
import { staffOnly } from '../../../web/guard.ts'
import { page } from '../../../web/page.ts'
import { monthFrame, monthIn } from '../frame.ts'
import { versionsOf } from './page.ts'

/** /roster/plan/:month/versions: what everybody may read of a published month, version by version. */
export const versionRoutes = (deps: Deps) =>
  new Hono<Env>().get('/:month/versions', staffOnly(deps, 'roster.read'), async (c) => {
    query(c, {})
    const month = monthIn(c)
    const versions = await versionsOf(deps.db, month)
    if (versions.length === 0) throw new NotFound()
    return page(c, deps, 'roster/versions', { ...monthFrame(month), versions })
  })
