import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { type Words, wordsOf } from '../../i18n/dictionaries.ts'
import { dateName } from '../../i18n/instants.ts'
import { POSTS, type Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { Malformed, NotFound, Refusal } from '../../kernel/refusal.ts'
import { addDays, comingNight } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, query, rowId, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../web/page.ts'
import { judge } from '../checker/rules.ts'
import type { Finding } from '../facts.ts'
import type { Gap, Why } from '../generator/generate.ts'
import { neighbour } from '../month.ts'
import { type CellChange, editCells, lockCell, markReady, openMonth, publishMonth, undoEdit } from './actions.ts'
import { readFacts } from './facts/queries.ts'
import { listKnown, listLeaders } from './people/queries.ts'
import { inOrder, planGrid } from './plan.ts'
import { countEdits, findMonth, listCells, listVersions } from './queries.ts'
import { deadlinesOf, differencesOf, isPublished } from './rules.ts'
import { askRun, cancelRun } from './runs/actions.ts'
import { findRun } from './runs/queries.ts'

type Ctx = Context<Env>
const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/
/** `2026-12-03 15 service`, a backup as `manager+`, nothing as `-`; several behind semicolons, as a move has two. */
const CHANGES = z
  .string()
  .max(400)
  .regex(
    /^\d{4}-\d\d-\d\d [1-9]\d{0,17} (service|technician|guard|manager\+?|-)(;\d{4}-\d\d-\d\d [1-9]\d{0,17} (service|technician|guard|manager\+?|-)){0,7}$/,
  )

/** HR's plan of a month: edited cell by cell, generated, judged by the checker after each edit, and published. */
export const planRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/:month', staffOnly(deps, 'roster.edit'), async (c) => show(c, deps))
    .get('/:month/versions', staffOnly(deps, 'roster.read'), async (c) => showVersions(c, deps))
    .post('/:month/opening', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      return acting(c, deps, (tx, month) => openMonth(tx, month, deps.config.timeZone))
    })
    .post('/:month/cells', staffOnly(deps, 'roster.edit'), async (c) => {
      const { changes } = await form(c, { changes: CHANGES })
      return acting(c, deps, (tx, month) => editCells(tx, month, changesIn(changes), deps.config.timeZone))
    })
    .post('/:month/locks', staffOnly(deps, 'roster.edit'), async (c) => {
      const { night, staff, locked } = await form(c, {
        night: z.iso.date(),
        staff: rowId,
        locked: z.enum(['yes', 'no']),
      })
      return acting(c, deps, (tx, month) => lockCell(tx, month, { night, staffId: staff as StaffId }, locked === 'yes'))
    })
    .post('/:month/undo', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      return acting(c, deps, undoEdit)
    })
    .post('/:month/check', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      return acting(c, deps, (tx, month) => markReady(tx, month, deps.config.timeZone))
    })
    .post('/:month/publication', staffOnly(deps, 'roster.edit'), async (c) => {
      const { reason, leader } = await form(c, { reason: optionalText(500), leader: z.union([rowId, z.literal('')]) })
      const signing = { reason, leaderId: leader === '' ? null : (leader as StaffId) }
      return acting(c, deps, (tx, month) => publishMonth(tx, month, signing, deps.config.timeZone), { reason, leader })
    })
    .post('/:month/run', staffOnly(deps, 'roster.edit'), async (c) => {
      const { seconds } = await form(c, { seconds: wholeNumber.optional() })
      return acting(c, deps, (tx, month) => askRun(tx, month, seconds ?? null))
    })
    .post('/:month/run/cancel', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      return acting(c, deps, cancelRun)
    })

function changesIn(text: string): CellChange[] {
  return text.split(';').map((one) => {
    const [night = '', staffId = '', what = '-'] = one.split(' ')
    if (!z.iso.date().safeParse(night).success) throw new Malformed('bad_field', 'changes')
    const post = what === '-' ? null : (what.replace('+', '') as Post)
    return { night, staffId: staffId as StaffId, post, backup: what.endsWith('+') }
  })
}

const monthIn = (c: Ctx): string => {
  const month = c.req.param('month') ?? ''
  if (!MONTH.test(month)) throw new NotFound()
  return month
}

async function acting(
  c: Ctx,
  deps: Deps,
  act: (tx: Tx, month: string) => Promise<unknown>,
  typed: object = {},
): Promise<Response> {
  const month = monthIn(c)
  try {
    await deps.transact(c.var.me.actor, (tx) => act(tx, month))
    return wantsPart(c) ? show(c, deps) : seeOther(c, `/roster/plan/${month}`)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return show(c, deps, { refused: error, typed }, 422)
  }
}

async function show(c: Ctx, deps: Deps, values: object = {}, status: 200 | 422 = 200): Promise<Response> {
  const month = monthIn(c)
  const { post } = query(c, { post: z.enum(POSTS).optional() })
  const shown = { ...(await planOf(c, deps, month, post ?? null)), ...values }
  return wantsPart(c)
    ? fragment(c, deps, 'roster/plan', 'plan', shown, status)
    : page(c, deps, 'roster/plan', shown, status)
}

async function planOf(c: Ctx, deps: Deps, month: string, post: Post | null): Promise<Record<string, unknown>> {
  const { db, clock, config } = deps
  const now = clock.now()
  const settings = await currentSettings(db)
  const { nightStart, nightEnd } = settings
  const tonight = comingNight(now, { start: nightStart, end: nightEnd, zone: config.timeZone })
  const frame = {
    month,
    year: month.slice(0, 4),
    monthNumber: Number(month.slice(5)),
    before: neighbour(month, -1),
    next: neighbour(month, 1),
    tonight,
    posts: ['manager', 'service', 'technician', 'guard'],
    post,
    deadlines: deadlinesOf(month, settings, { nightStart, zone: config.timeZone }),
  }
  const plan = await findMonth(db, month)
  if (!plan) return { ...frame, plan: null, opens: month >= tonight.slice(0, 7) }
  const [facts, cells, people, leaders, edits, run] = await Promise.all([
    readFacts(db, month, { now, zone: config.timeZone }),
    listCells(db, month),
    listKnown(db, addDays(`${month}-01`, -1)),
    listLeaders(db, now),
    countEdits(db, month, c.var.me.staffId),
    findRun(db, month),
  ])
  const findings = inOrder(judge(facts, cells))
  const t = wordsOf(c.var.language)
  const namesEn = new Map(people.map(({ id, nameEn }) => [id, nameEn]))
  const names = new Map(people.map(({ id, name, nameEn }) => [id, (c.var.language === 'en' && nameEn) || name]))
  const said = (one: Finding) => ({
    ...one,
    words: wordsOfFinding(t, one),
    name: one.staffId && names.get(one.staffId),
  })
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
      cells: row.cells.map((cell) => ({
        ...cell,
        words: cell.wrong.map((one) => wordsOfFinding(t, one)).join(' '),
        because: whyWords(t, cell.cell?.why, names),
      })),
    })),
    findings: findings.map(said),
    counts: { barred: weigh(findings, 'barred'), hard: weigh(findings, 'hard'), soft: weigh(findings, 'soft') },
    leaders,
    edits,
    run: run && { ...run, icon: RUN_ICONS[run.state], gaps: gapWords(t, run.result, c.var.language) },
    going: run?.state === 'asked' || run?.state === 'running',
    changed: plan.version > 0 && differencesOf((await listVersions(db, month))[0]?.cells ?? [], cells).length > 0,
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

/** What nobody could fill, with how many are kept away by what. */
function gapWords(t: Words, result: object | null, language: Language): string[] {
  const gaps = (result as { gaps?: readonly Gap[] } | null)?.gaps ?? []
  return gaps.map(({ night, post, backup, count, because }) =>
    t('roster.plan.gap', {
      date: dateName(night, language),
      post: backup ? t('roster.plan.cell.backup') : t(`common.post.${post}`),
      count,
      because: because
        .map(({ code, people }) =>
          t('roster.plan.gap_because', {
            people,
            words: code === 'nobody' ? t('roster.plan.gap_nobody') : t(`roster.findings.${code}`),
          }),
        )
        .join(' '),
    }),
  )
}

/** Why the generator has put this person there (REGULATION 4, explain per cell). */
function whyWords(t: Words, why: object | null | undefined, names: ReadonlyMap<StaffId, string>): string {
  if (!why) return ''
  const { nights, mine, next } = why as Why
  const chosen = t('roster.plan.explain.chosen', { nights, mine })
  if (!next) return chosen
  const barred = next.barred
    ? t('roster.plan.explain.barred_by', { words: t(`roster.findings.${next.barred}`).replace(/[.。]$/, '') })
    : ''
  return `${chosen} ${t('roster.plan.explain.next', { name: names.get(next.staffId) ?? '', why: barred })}`
}

/** A finding in the reader's words, with its clause. */
export const wordsOfFinding = (t: Words, { code, clause, values }: Finding): string =>
  `${t(`roster.findings.${code}`, { ...values })} (${t(`roster.clauses.${clause}`)})`

async function showVersions(c: Ctx, deps: Deps): Promise<Response> {
  const month = monthIn(c)
  query(c, {})
  const [versions, people] = await Promise.all([listVersions(deps.db, month), listKnown(deps.db, `${month}-01`)])
  if (versions.length === 0) throw new NotFound()
  const names = new Map(people.map((one) => [one.id as string, one]))
  const named = (cell: { staffId: string; post: Post; backup: boolean }) => ({
    ...cell,
    person: names.get(cell.staffId) ?? null,
  })
  return page(c, deps, 'roster/versions', {
    month,
    year: month.slice(0, 4),
    monthNumber: Number(month.slice(5)),
    versions: versions.map((version, n) => {
      const earlier = versions[n + 1]
      return {
        ...version,
        first: !earlier,
        count: version.cells.length,
        broken: version.findings.filter(({ weight }) => weight === 'hard').length,
        differences: earlier
          ? differencesOf(earlier.cells, version.cells).map(({ night, came, went }) => ({
              night,
              came: came.map(named),
              went: went.map(named),
            }))
          : [],
      }
    }),
  })
}
