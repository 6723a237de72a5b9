import type { Context } from 'hono'
import { z } from 'zod'
import type { RatingId } from '../../../kernel/ids.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { query, rowId } from '../../../web/forms.ts'
import { needOf } from '../../../web/guard.ts'
import { page } from '../../../web/page.ts'
import { choicesOf, FILTER, quickSpans, readFilter } from '../../filters/reading.ts'
import { addressOf } from '../../filters/rules.ts'
import { listSaid } from './queries.ts'
import { seen } from './show.ts'

const AT_ONCE = 40

/** /satisfaction/words and /satisfaction/excluded: the whole list of these days, a page at a time; filters and place stand in the address. */
export async function saidPage(c: Context<Env>, deps: Deps, usualDays: number): Promise<Response> {
  needOf(c.var.me, 'satisfaction.people')
  const { db, clock, config } = deps
  const zone = config.timeZone
  const only = z.enum(['words', 'excluded']).parse(c.req.param('list'))
  const path = `/satisfaction/${only}`
  const { before, ...asked } = query(c, { ...FILTER, before: rowId.optional() })
  const { filter, refused, typed } = readFilter(asked, clock.now(), usualDays, zone)
  const [found, choices] = await Promise.all([
    listSaid(db, { filter, zone }, { only, limit: AT_ONCE + 1, before: before ? (before as RatingId) : null }),
    choicesOf(db),
  ])
  const shown = found.slice(0, AT_ONCE)
  const last = found.length > AT_ONCE ? shown.at(-1) : undefined
  const values = {
    ...choices,
    only,
    said: shown.map(seen),
    filter,
    typed,
    refused,
    path,
    quick: quickSpans(path, filter, clock.now(), zone),
    figures: addressOf('/satisfaction', filter),
    newest: before ? addressOf(path, filter) : null,
    older: last ? addressOf(path, { ...filter, before: last.ratingId }) : null,
  }
  return page(c, deps, 'satisfaction/said', values, refused ? 422 : 200)
}
