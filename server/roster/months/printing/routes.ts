import { Hono } from 'hono'
import { NotFound } from '../../../kernel/refusal.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { query } from '../../../web/forms.ts'
import { staffOnly } from '../../../web/guard.ts'
import { page } from '../../../web/page.ts'
import { readFacts } from '../facts/queries.ts'
import { monthFrame, monthIn } from '../frame.ts'
import { listNames } from '../people/queries.ts'
import { listVersions } from '../versions/queries.ts'
import { PAPER_POSTS, paperOf } from './rules.ts'

/** /roster/print/:month: the published month for the wall, in black and white on A4 across; what HR has open is not on it. */
export const printRoutes = (deps: Deps) =>
  new Hono<Env>().get('/:month', staffOnly(deps, 'roster.read'), async (c) => {
    query(c, {})
    const { db, clock, config } = deps
    const month = monthIn(c)
    const [version] = await listVersions(db, month)
    if (!version) throw new NotFound()
    const [facts, names, settings] = await Promise.all([
      readFacts(db, month, { now: clock.now(), zone: config.timeZone }),
      listNames(db),
      currentSettings(db),
    ])
    return page(c, deps, 'roster/print', {
      ...monthFrame(month),
      version,
      company: settings.companyName,
      hours: { from: settings.nightStart, to: settings.nightEnd },
      posts: PAPER_POSTS,
      nights: facts.nights.map(({ night }) => ({ day: Number(night.slice(8)) })),
      ...paperOf(facts, { cells: version.cells, names }),
      printedAt: clock.now(),
    })
  })
