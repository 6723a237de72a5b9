import { Hono } from 'hono'
import { wordsOf } from '../../i18n/dictionaries.ts'
import type { ChangeId } from '../../kernel/ids.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page } from '../../web/page.ts'
import { saidOf } from '../page.ts'
import { listChanges } from './queries.ts'

const AT_ONCE = 50

/** Every change of what the company has set, the newest first. */
export const historyRoutes = (deps: Deps) =>
  new Hono<Env>().get('/', staffOnly(deps, 'settings.edit'), async (c) => {
    const { before } = query(c, { before: rowId.optional() })
    const found = await listChanges(deps.db, { before: before as ChangeId | undefined, limit: AT_ONCE + 1 })
    const reader = { t: wordsOf(c.var.language), language: c.var.language }
    const shown = found.slice(0, AT_ONCE)
    return page(c, deps, 'settings/history', {
      changes: shown.map((change) => saidOf(change, reader)),
      older: found.length > AT_ONCE ? shown.at(-1)?.id : null,
    })
  })
