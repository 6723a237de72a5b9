import type { Context } from 'hono'
import { wordsOf } from '../../i18n/dictionaries.ts'
import type { Post } from '../../kernel/capabilities.ts'
import { addDays, comingNight } from '../../kernel/time.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { judge } from '../checker/rules.ts'
import type { Finding } from '../facts.ts'
import { planAsItStands } from '../judging.ts'
import { listCells } from './cells/queries.ts'
import { countEdits } from './editing/queries.ts'
import { monthFrame } from './frame.ts'
import { groupFindings } from './grouping.ts'
import { listKnown, listLeaders } from './people/queries.ts'
import { inOrder, planGrid } from './plan.ts'
import { qualityOf } from './quality/rules.ts'
import { findMonth } from './queries.ts'
import { deadlinesOf, isPublished } from './rules.ts'
import { findRun } from './runs/queries.ts'
import { openChanges } from './versions/page.ts'
import { gapWords, personWords, surenessWords, whyWords, wordsOfFinding } from './words.ts'

type Ctx = Context<Env>

/** Everything that the page of a plan shows; its own language's words are filled in. */
export async function planOf(c: Ctx, deps: Deps, month: string, post: Post | null): Promise<Record<string, unknown>> {
  const { db, clock, config } = deps
  const now = clock.now()
  const settings = await currentSettings(db)
  const { nightStart, nightEnd } = settings
  const tonight = comingNight(now, { start: nightStart, end: nightEnd, zone: config.timeZone })
  const frame = {
    ...monthFrame(month),
    tonight,
    posts: ['manager', 'service', 'technician', 'guard'],
    post,
    deadlines: deadlinesOf(month, settings, { nightStart, zone: config.timeZone }),
  }
  const plan = await findMonth(db, month)
  if (!plan) return { ...frame, plan: null, opens: month >= tonight.slice(0, 7) }
  const [{ facts, cells: standing }, cells, people, leaders, edits, run] = await Promise.all([
    planAsItStands(db, month, { now, zone: config.timeZone }),
    listCells(db, month),
    listKnown(db, addDays(`${month}-01`, -1)),
    listLeaders(db, now, c.var.me.staffId),
    countEdits(db, month, c.var.me.staffId),
    findRun(db, month),
  ])
  const findings = inOrder(judge(facts, standing))
  const t = wordsOf(c.var.language)
  const known = new Map(people.map((one) => [one.id, one]))
  const namesEn = new Map(people.map(({ id, nameEn }) => [id, nameEn]))
  const names = new Map(people.map(({ id, name, nameEn }) => [id, (c.var.language === 'en' && nameEn) || name]))
  const grid = planGrid(facts, cells, findings, { tonight, post, namesEn })
  return {
    ...frame,
    plan,
    published: isPublished(plan),
    late: now > frame.deadlines.hoursBefore && plan.version === 0,
    frozen: plan.state === 'frozen',
    ...grid,
    rows: grid.rows.map((row) => ({
      ...row,
      about: personWords(t, { person: row, known: known.get(row.id), language: c.var.language }),
      cells: row.cells.map((cell) => ({
        ...cell,
        words: cell.wrong.map((one) => wordsOfFinding(t, one)).join(' '),
        because: whyWords(t, cell.cell?.why, names),
      })),
    })),
    findings: groupFindings(findings, { t, language: c.var.language, names }),
    found: findings.length,
    counts: { barred: weigh(findings, 'barred'), hard: weigh(findings, 'hard'), soft: weigh(findings, 'soft') },
    unrecorded: findings.some(({ code }) => code === 'training_unrecorded'),
    setsRoster: c.var.me.capabilities.has('settings.edit'),
    quality: qualityOf(facts, cells),
    leaders,
    edits,
    run: run && {
      ...run,
      icon: RUN_ICONS[run.state],
      gaps: gapWords(t, run.result, c.var.language),
      sure: surenessWords(t, run.result),
    },
    going: run?.state === 'asked' || run?.state === 'running',
    ...(await openChanges(db, plan, cells)),
  }
}

const RUN_ICONS = {
  asked: 'timer',
  running: 'timer',
  done: 'circle-check',
  cancelled: 'circle-x',
  failed: 'circle-alert',
}

const weigh = (findings: readonly Finding[], weight: Finding['weight']): number =>
  findings.filter((one) => one.weight === weight).length
