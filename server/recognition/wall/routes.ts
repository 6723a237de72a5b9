import { Hono } from 'hono'
import { z } from 'zod'
import type { CommendationId } from '../../kernel/ids.ts'
import { localOf } from '../../kernel/time.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { partOrPage, seeOther } from '../../web/page.ts'
import { listPage } from '../../web/paging.ts'
import { chooseWall } from './actions.ts'
import { isOnWall, listWall } from './queries.ts'

const AT_ONCE = 30

/** /wall: everybody sees what colleagues were commended for; whoever does not want to stand there does not. */
export const wallRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/', staffOnly(deps, 'recognition.nominate'), async (c) => {
      const asked = query(c, { before: rowId.optional() })
      const before = (asked.before ?? null) as CommendationId | null
      const found = await listWall(deps.db, { before, limit: AT_ONCE + 1 })
      const wall = { path: '/wall', asked, list: 'before', anchor: 'wall', placeOf: ({ id }: { id: string }) => id }
      const { some: shown, ...ways } = listPage(found, AT_ONCE, wall)
      const monthOf = (at: Date): string => `${localOf(at, deps.config.timeZone).date.slice(0, 7)}-01`
      const months = [...Map.groupBy(shown, ({ at }) => monthOf(at))].map(([month, some]) => ({ month, some }))
      return partOrPage(c, deps, 'recognition/wall', 'wall', {
        months,
        before,
        ways,
        onWall: await isOnWall(deps.db, c.var.me.staffId),
      })
    })
    .post('/choice', staffOnly(deps, 'recognition.nominate'), async (c) => {
      const { on } = await form(c, { on: z.enum(['yes', 'no']) })
      await deps.transact(c.var.me.actor, (tx) => chooseWall(tx, on === 'yes'))
      return seeOther(c, '/wall')
    })
