import { type Context, Hono } from 'hono'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { addDays, comingNight, DAY, plus } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { hashOf, isToken, newToken } from '../../platform/tokens.ts'
import { announce } from '../../platform/transaction.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { calendarOf } from '../confirmations/calendar.ts'
import { listReady } from '../leading/backups/ready.ts'
import { isOfBackup } from '../leading/rules.ts'
import { headsOf } from '../months/facts/queries.ts'
import { deleteFeed, findFeed, hasFeed, listGapsAhead, shiftsOfFeed, storeFeed } from './queries.ts'
import { GAP_NIGHTS } from './rules.ts'

const BACK_DAYS = 60

/** /roster/calendar: one's own shifts for a calendar program, by a link that only its owner sees, and only once. */
export const feedRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/calendar', staffOnly(deps, 'attendance.own'), async (c) => show(c, deps))
    .post('/calendar', staffOnly(deps, 'attendance.own'), async (c) => {
      await form(c, {})
      const token = newToken()
      await deps.transact(c.var.me.actor, async (tx) => {
        need(tx, 'attendance.own')
        await storeFeed(tx, staffOf(tx), hashOf(token))
        await announce(tx, 'feed.made', { staffId: staffOf(tx) }, { about: [] })
      })
      return show(c, deps, `${deps.config.publicUrl}/roster/feed/${token}.ics`)
    })
    .post('/calendar/removal', staffOnly(deps, 'attendance.own'), async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, async (tx) => {
        need(tx, 'attendance.own')
        await deleteFeed(tx, staffOf(tx))
        await announce(tx, 'feed.ended', { staffId: staffOf(tx) }, { about: [] })
      })
      return seeOther(c, '/roster/calendar')
    })
    .get('/gaps', staffOnly(deps, 'roster.read'), async (c) => {
      query(c, {})
      const settings = await currentSettings(deps.db)
      const hours = { start: settings.nightStart, end: settings.nightEnd, zone: deps.config.timeZone }
      const from = comingNight(deps.clock.now(), hours)
      const to = addDays(from, GAP_NIGHTS - 1)
      const asked = { from, to, heads: headsOf(settings), now: deps.clock.now(), zone: hours.zone }
      const { gaps, unled } = await listGapsAhead(deps.db, asked)
      return page(c, deps, 'roster/gaps', {
        gaps,
        unled: unled.filter((one) => !isOfBackup(one)),
        unbacked: unled.filter(isOfBackup).map((one) => ({ ...one, month: one.night.slice(0, 7) })),
      })
    })
    .get('/feed/:file{[A-Za-z0-9_-]{43}\\.ics}', async (c) => {
      const token = c.req.param('file').slice(0, -'.ics'.length)
      const feed = isToken(token) ? await findFeed(deps.db, hashOf(token)) : undefined
      if (!feed) throw new NotFound()
      const now = deps.clock.now()
      const from = plus(now, -BACK_DAYS * DAY)
      const { companyName } = await currentSettings(deps.db)
      const [shifts, ready] = await Promise.all([
        shiftsOfFeed(deps.db, feed.staffId, from),
        listReady(deps.db, feed.staffId, { from, zone: deps.config.timeZone }),
      ])
      const t = wordsOf(feed.language)
      const host = new URL(deps.config.publicUrl).hostname
      c.header('cache-control', 'private, no-store')
      return c.body(calendarOf(shifts, { t, company: companyName[feed.language], host, now, ready }), 200, {
        'content-type': 'text/calendar; charset=utf-8',
      })
    })

async function show(c: Context<Env>, deps: Deps, link?: string): Promise<Response> {
  query(c, {})
  return page(c, deps, 'roster/calendar', { link: link ?? null, there: await hasFeed(deps.db, c.var.me.staffId) })
}
