import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { phoneTonight } from '../calls/figures/tonight.ts'
import { seesCustomer, shown, veiled } from '../customers/privacy/rules.ts'
import { settleAlarm } from '../desk/alarms/actions.ts'
import { openAlarms } from '../desk/alarms/queries.ts'
import { wordsOf } from '../i18n/dictionaries.ts'
import { countdown } from '../i18n/instants.ts'
import { failedJob } from '../i18n/jobs.ts'
import { seenIncident } from '../incidents/contributions.ts'
import { listOpenIncidents } from '../incidents/queries.ts'
import { POSTS } from '../kernel/capabilities.ts'
import type { AlarmId } from '../kernel/ids.ts'
import { addDays, comingNight, DAY, dayPartOf, noonBefore, plus } from '../kernel/time.ts'
import { seenObligation } from '../obligations/contributions.ts'
import { readTonight } from '../obligations/lists/queries.ts'
import { listGapsAhead } from '../roster/feeds/queries.ts'
import { GAP_NIGHTS } from '../roster/feeds/rules.ts'
import { headsOf } from '../roster/months/facts/queries.ts'
import { currentSettings } from '../settings/queries.ts'
import { clockTone } from '../tickets/rules.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form, pathId, rowId } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { fragment, page, seeOther, wantsJson, wantsPart } from '../web/page.ts'
import { type Figures, type Hours, readFigures, readHours } from './figures/queries.ts'
import { listClocks, listNeeds, listOnBoard } from './queries.ts'
import { gather, sparkline } from './rules.ts'

const PARTS = ['now', 'posts', 'figures', 'phone', 'incidents', 'clocks', 'obligations'] as const
const ROWS = 30
const CLOCKS = 8
const INCIDENTS = 5
const OBLIGATIONS = 3

/** The night board: what needs a hand, who is on post, the figures and the clocks at risk; each its own fragment, live. */
export const boardRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/', staffOnly(deps, 'board.read'), async (c) => page(c, deps, 'reports/board', await boardOf(c, deps)))
    .get('/alarms', staffOnly(deps, 'board.read'), async (c) =>
      wantsJson(c) ? c.json({ alarms: await openAlarms(deps.db) }) : seeOther(c, '/board'),
    )
    .get('/:part{now|posts|figures|phone|incidents|clocks|obligations}', staffOnly(deps, 'board.read'), async (c) => {
      const part = PARTS.find((one) => one === c.req.param('part')) ?? 'now'
      if (!wantsPart(c)) return seeOther(c, '/board')
      return fragment(c, deps, 'reports/board', part, await boardOf(c, deps))
    })
    .post('/alarms/:id/settlement', staffOnly(deps, 'alarm.settle'), async (c) => {
      const { also = [] } = await form(c, { also: z.array(rowId).max(10).optional() })
      await deps.transact(c.var.me.actor, async (tx) => {
        for (const id of [pathId<AlarmId>(c), ...(also as AlarmId[])]) await settleAlarm(tx, id)
      })
      if (wantsJson(c)) return c.json({})
      return wantsPart(c) ? fragment(c, deps, 'reports/board', 'now', await boardOf(c, deps)) : seeOther(c, '/board')
    })

async function boardOf(c: Context<Env>, deps: Deps): Promise<Record<string, unknown>> {
  const { db, clock, config } = deps
  const t = wordsOf(c.var.language)
  const now = clock.now()
  const settings = await currentSettings(db)
  const since = noonBefore(now, config.timeZone)
  const people = await listOnBoard(db, now, settings)
  const from = comingNight(now, { start: settings.nightStart, end: settings.nightEnd, zone: config.timeZone })
  const [needs, figures, hours, clocks, incidents, tonight, phone, missing] = await Promise.all([
    listNeeds(db),
    readFigures(db, since, now),
    readHours(db, now),
    listClocks(db, now, CLOCKS),
    listOpenIncidents(db, INCIDENTS),
    readTonight(db, { from: since, to: plus(since, DAY), limit: OBLIGATIONS }),
    phoneTonight(db, { now, since, goalSeconds: settings.callAnswerSeconds, zone: config.timeZone }),
    listGapsAhead(db, {
      from,
      to: addDays(from, GAP_NIGHTS - 1),
      heads: headsOf(settings),
      now,
      zone: config.timeZone,
    }),
  ])
  const rows = gather(needs)
  return {
    moment: dayPartOf(now, { start: settings.nightStart, end: settings.nightEnd, zone: config.timeZone }),
    manager: people.find((person) => person.post === 'manager'),
    needing: rows.length,
    beyond: Math.max(0, rows.length - ROWS),
    needs: rows.slice(0, ROWS).map((need) => ({
      ...need,
      subject: need.kind === 'job_failed' && need.subject ? failedJob(t, need.subject) : need.subject,
      ticket: need.ticket && veiled(c.var.me, need.ticket),
      waited: need.ticket && countdown(now.getTime() - need.ticket.since.getTime()),
    })),
    colleagues: people.filter(
      (person) =>
        person.state === 'here' &&
        person.staffId !== c.var.me.staffId &&
        (person.post === 'service' || person.post === 'manager'),
    ),
    posts: POSTS.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
      .map((post) => ({ post, people: people.filter((person) => person.post === post).map(withLoad(settings)) }))
      .filter((row) => row.people.length > 0),
    figures: figuresOf(figures, hours, now, settings.answerSeconds),
    clocks: clocks.map((row) => ({
      ...row,
      customerName: shown('name', row.customerName, seesCustomer(c.var.me, row.heldBy)),
      due: {
        at: row.dueAt,
        tone: clockTone(row.dueAt, now, row.seconds ?? settings.answerSeconds),
        seconds: row.seconds ?? settings.answerSeconds,
      },
    })),
    phone,
    gaps: missing.gaps.length + missing.unled.length,
    incidents: incidents.map((one) => seenIncident(c.var.me, one)),
    tonight: { ...tonight, open: tonight.open.map((one) => seenObligation(one, now)) },
    lead: c.var.me.capabilities.has('desk.lead'),
  }
}

const ORDER = ['manager', 'service', 'technician', 'guard']

/** Load as DESIGN counts it, shown as filled steps of the capacity. */
const withLoad =
  ({ capacity, waitingOnCustomerLoad }: { capacity: number; waitingOnCustomerLoad: number }) =>
  <P extends { waitingOnUs: number; waitingOnCustomer: number }>(person: P) => {
    const load = person.waitingOnUs + person.waitingOnCustomer * waitingOnCustomerLoad
    return {
      ...person,
      load: Math.round(load * 10) / 10,
      steps: Array.from({ length: capacity }, (_, n) => n < Math.ceil(load)),
      capacity,
    }
  }

function figuresOf(figures: Figures, hours: Hours, now: Date, answerSeconds: number) {
  const waited = figures.oldestSince ? now.getTime() - figures.oldestSince.getTime() : null
  const clockOf = (seconds: number | null) => (seconds === null ? null : countdown(seconds * 1000))
  return {
    ...figures,
    oldest: waited === null ? null : countdown(waited),
    oldestTone: waited !== null && waited > answerSeconds * 1000 ? 'lamp' : 'quiet',
    firstAnswer: clockOf(figures.firstAnswerSeconds),
    before: clockOf(figures.firstAnswerBefore),
    missing: figures.rostered - figures.onPost,
    sparks: Object.fromEntries(Object.entries(hours).map(([name, values]) => [name, sparkline(values)])),
    goal: countdown(answerSeconds * 1000),
  }
}
