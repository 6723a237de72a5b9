import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { wordsOf } from '../../i18n/dictionaries.ts'
import type { AbsenceId, ShiftId, StaffId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { comingNight, localOf } from '../../kernel/time.ts'
import { substitutesFor } from '../../roster/checker/substitutes.ts'
import { neighbour } from '../../roster/month.ts'
import { readFacts } from '../../roster/months/facts/queries.ts'
import { listCells } from '../../roster/months/queries.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, pathId, query, rowId, text } from '../../web/forms.ts'
import { needOf, staffOnly } from '../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../web/page.ts'
import { witnessCheckIn } from '../actions.ts'
import { reportAway } from '../cases/actions.ts'
import { countOpenCases } from '../cases/queries.ts'
import { REASON_LETTERS } from '../cases/rules.ts'
import { type Attended, attendedOfMonth } from '../ledger/queries.ts'
import { ledgerOf } from '../ledger/rules.ts'
import { excuseAbsence, replaceMissing } from '../missing/actions.ts'
import { type Expected, listAbsent, listExpected } from '../missing/queries.ts'
import { closePlace, openPlace } from '../places/actions.ts'
import { CODE_SECONDS, codeOf, stepAt } from '../places/codes.ts'
import { getPlace, openPlaces } from '../places/queries.ts'

type Ctx = Context<Env>
const MONTH = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/)
const MOST_SUBSTITUTES = 8

/** /attendance: who has come tonight and who stands in, places with their codes, and everybody's hours. */
export const attendanceLeadRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/', staffOnly(deps, 'attendance.lead'), async (c) => showTonight(c, deps))
    .post('/shifts/:id/witness', staffOnly(deps, 'attendance.lead'), async (c) => {
      await form(c, {})
      return acting(c, deps, (tx) => witnessCheckIn(tx, pathId<ShiftId>(c)))
    })
    .post('/shifts/:id/away', staffOnly(deps, 'attendance.lead'), async (c) => {
      const { observed } = await form(c, { observed: text(REASON_LETTERS) })
      return acting(c, deps, (tx) => reportAway(tx, pathId<ShiftId>(c), observed))
    })
    .post('/absences/:id/replacement', staffOnly(deps, 'attendance.lead'), async (c) => {
      const { staff } = await form(c, { staff: rowId })
      return acting(c, deps, (tx) => replaceMissing(tx, pathId<AbsenceId>(c), staff as StaffId, deps.config.timeZone))
    })
    .post('/absences/:id/excuse', staffOnly(deps, 'attendance.excuse'), async (c) => {
      const { excuse } = await form(c, { excuse: text(1000) })
      const id = pathId<AbsenceId>(c)
      try {
        await deps.transact(c.var.me.actor, (tx) => excuseAbsence(tx, id, excuse))
        return seeOther(c, '/attendance/hours?who=all')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showHours(c, deps, { refused: error, who: 'all' }, 422)
      }
    })
    .get('/places', staffOnly(deps, 'attendance.places'), async (c) => {
      query(c, {})
      return page(c, deps, 'attendance/places', { places: await openPlaces(deps.db) })
    })
    .post('/places', staffOnly(deps, 'attendance.places'), async (c) => {
      const { name } = await form(c, { name: text(80) })
      await deps.transact(c.var.me.actor, (tx) => openPlace(tx, name))
      return seeOther(c, '/attendance/places')
    })
    .post('/places/:id/closing', staffOnly(deps, 'attendance.places'), async (c) => {
      await form(c, {})
      const id = pathId(c)
      await deps.transact(c.var.me.actor, (tx) => closePlace(tx, id))
      return seeOther(c, '/attendance/places')
    })
    .get('/places/:id/screen', staffOnly(deps, 'attendance.places'), async (c) => {
      const place = await getPlace(deps.db, pathId(c))
      const now = deps.clock.now()
      const left = CODE_SECONDS - Math.floor((now.getTime() / 1000) % CODE_SECONDS)
      const values = { name: place.name, id: place.id, code: codeOf(place, stepAt(now)), left }
      return wantsPart(c)
        ? fragment(c, deps, 'attendance/screen', 'code', values)
        : page(c, deps, 'attendance/screen', values)
    })
    .get('/hours', staffOnly(deps), async (c) => showHours(c, deps))
    .get('/hours.csv', staffOnly(deps, 'attendance.read'), async (c) => {
      const { month } = query(c, { month: MONTH })
      const t = wordsOf(c.var.language)
      const rows = await attendedOfMonth(deps.db, month, deps.clock.now())
      const { timeZone: zone } = deps.config
      const at = (when: Date | null): string => (when ? localOf(when, zone).time : '')
      const lines = rows.map((row) => [
        row.number,
        nameOf(c, row),
        row.night,
        t(`common.post.${row.post}`),
        at(row.from),
        at(row.to),
        at(row.checkedInAt),
        at(row.checkedOutAt),
        row.absent
          ? t('attendance.absent')
          : row.arrival
            ? t(`attendance.arrival.${row.arrival}`, { minutes: row.minutesLate })
            : '',
      ])
      c.header('content-disposition', `attachment; filename="attendance-${month}.csv"`)
      return c.body(`\uFEFF${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`, 200, {
        'content-type': 'text/csv; charset=utf-8',
      })
    })

/** A text that a spreadsheet takes as text, whatever it begins with. */
const cell = (value: string): string => `"${(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`
const nameOf = (c: Ctx, { name, nameEn }: { name: string; nameEn: string }): string =>
  (c.var.language === 'en' && nameEn) || name

async function acting(c: Ctx, deps: Deps, act: (tx: Tx) => Promise<void>): Promise<Response> {
  try {
    await deps.transact(c.var.me.actor, act)
    return seeOther(c, '/attendance')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return showTonight(c, deps, { refused: error }, 422)
  }
}

async function showTonight(c: Ctx, deps: Deps, values: object = {}, status: 200 | 422 = 200): Promise<Response> {
  if (status === 200) query(c, {})
  const { db, clock, config } = deps
  const now = clock.now()
  const { nightStart: start, nightEnd: end } = await currentSettings(db)
  const night = comingNight(now, { start, end, zone: config.timeZone })
  const [expected, absent, openCases] = await Promise.all([
    listExpected(db, night),
    listAbsent(db, night),
    countOpenCases(db),
  ])
  const missing = expected.some((one) => one.missing)
  const month = night.slice(0, 7)
  const [facts, cells] = missing
    ? await Promise.all([readFacts(db, month, { now, zone: config.timeZone }), listCells(db, month)])
    : [undefined, []]
  const rows = expected.map((one) => ({
    ...one,
    look: lookOf(one, now),
    onPost:
      one.arrival !== null && !one.checkedOutAt && one.from <= now && now < one.to && one.staffId !== c.var.me.staffId,
    substitutes:
      facts && one.missing
        ? substitutesFor(facts, cells, { night, post: one.post, staffId: one.staffId, backup: false, locked: false })
            .eligible.filter(({ staffId }) => !expected.some((other) => other.staffId === staffId))
            .slice(0, MOST_SUBSTITUTES)
        : [],
  }))
  const shown = {
    night,
    rows,
    openCases,
    absent: absent.map((one) => ({ ...one, nameEn: one.name_en, replacementEn: one.replacement_en })),
    ...values,
  }
  return wantsPart(c)
    ? fragment(c, deps, 'attendance/tonight', 'tonight', shown, status)
    : page(c, deps, 'attendance/tonight', shown, status)
}

const lookOf = (one: Expected, now: Date): string => {
  if (one.missing) return 'missing'
  if (!one.arrival) return 'expected'
  if (one.checkedOutAt && one.checkedOutAt <= now) return 'gone'
  return one.awayUntil ? 'away' : one.arrival
}

/** Everybody's own month; with `who=all` everybody's, for HR. */
async function showHours(c: Ctx, deps: Deps, values: object = {}, status: 200 | 422 = 200): Promise<Response> {
  const asked =
    status === 200 ? query(c, { month: MONTH.optional(), who: z.literal('all').optional() }) : { who: 'all' as const }
  if (asked.who) needOf(c.var.me, 'attendance.read')
  const { db, clock, config } = deps
  const now = clock.now()
  const month = ('month' in asked && asked.month) || localOf(now, config.timeZone).date.slice(0, 7)
  const settings = await currentSettings(db)
  const rows = await attendedOfMonth(db, month, now, asked.who ? undefined : c.var.me.staffId)
  const people = [...Map.groupBy(rows, ({ staffId }) => staffId).values()].flatMap((mine) => {
    const [first] = mine
    return first
      ? [
          {
            person: first,
            ledger: ledgerOf(mine.map(workedOf), settings),
            rows: mine.map((row) => ({ ...row, look: attendedLook(row) })),
          },
        ]
      : []
  })
  return page(
    c,
    deps,
    'attendance/hours',
    {
      month,
      year: month.slice(0, 4),
      monthNumber: Number(month.slice(5)),
      before: neighbour(month, -1),
      next: neighbour(month, 1),
      all: asked.who === 'all',
      titled: asked.who === 'all' ? 'hours' : 'my_hours',
      people,
      ...values,
    },
    status,
  )
}

const attendedLook = ({ absent, arrival }: Attended): string => (absent ? 'absent' : (arrival ?? 'expected'))
const workedOf = ({ night, from, to, checkedInAt, checkedOutAt }: Attended) => ({
  night,
  window: { from, to },
  checkedInAt,
  checkedOutAt,
})
