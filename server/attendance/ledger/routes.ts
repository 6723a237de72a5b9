import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { AbsenceId, ShiftId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { instantOf, localOf } from '../../kernel/time.ts'
import { neighbour } from '../../roster/month.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { dayAndTime, form, pathId, query, rowId, text } from '../../web/forms.ts'
import { needOf, staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { addCorrection, askCorrection } from '../corrections/actions.ts'
import { correctionsOfMonth, countOfMonth } from '../corrections/queries.ts'
import { CORRECTED, isLocked, REASON_LETTERS } from '../corrections/rules.ts'
import { excuseAbsence } from '../missing/actions.ts'
import { proofAside } from '../places/contributions.ts'
import { isUnproved } from '../rules.ts'
import { type Attended, attendedOfMonth } from './queries.ts'
import { ledgerOf } from './rules.ts'
import { sheetOf } from './sheet.ts'

type Ctx = Context<Env>
const MONTH = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/)
const VIEW = {
  month: MONTH.optional(),
  who: z.literal('all').optional(),
  correct: rowId.optional(),
  proof: z.literal('none').optional(),
}
type View = z.infer<z.ZodObject<typeof VIEW>>

/** /attendance/hours: everybody's own month, and everybody's for HR; corrections are asked for where the shift stands. */
export function ledgerRoutes(deps: Deps) {
  type Back = View & { month: string; typed?: object }
  const acting = async (c: Ctx, { typed, ...view }: Back, act: (tx: Tx) => Promise<void>) => {
    try {
      await deps.transact(c.var.me.actor, act)
      return seeOther(c, `/attendance/hours?month=${view.month}${view.who ? '&who=all' : ''}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return showHours(c, deps, view, { refused: error, typed })
    }
  }
  return new Hono<Env>()
    .get('/hours', staffOnly(deps), (c) => showHours(c, deps, query(c, VIEW)))
    .get('/hours.csv', staffOnly(deps, 'attendance.read'), async (c) => {
      const { month } = query(c, { month: MONTH })
      const { db, clock, config } = deps
      const [rows, corrections] = await Promise.all([
        attendedOfMonth(db, month, clock.now()),
        correctionsOfMonth(db, month),
      ])
      c.header('content-disposition', `attachment; filename="attendance-${month}.csv"`)
      const sheet = sheetOf(rows, corrections, { language: c.var.language, zone: config.timeZone })
      return c.body(sheet, 200, { 'content-type': 'text/csv; charset=utf-8' })
    })
    .post('/absences/:id/excuse', staffOnly(deps, 'attendance.excuse'), async (c) => {
      const { excuse, month } = await form(c, { excuse: text(1000), month: MONTH })
      const id = pathId<AbsenceId>(c)
      return acting(c, { month, who: 'all' }, (tx) => excuseAbsence(tx, id, excuse))
    })
    .post('/shifts/:id/corrections', staffOnly(deps, 'attendance.own'), async (c) => {
      const fields = { what: z.enum(CORRECTED), at: dayAndTime, reason: text(REASON_LETTERS) }
      const { month, who, ...typed } = await form(c, { ...fields, month: MONTH, who: z.literal('all').optional() })
      const id = pathId<ShiftId>(c)
      const words = { ...typed, at: instantOf(typed.at.slice(0, 10), typed.at.slice(11), deps.config.timeZone) }
      return acting(c, { month, ...(who ? { who } : {}), correct: id, typed }, (tx) =>
        who ? addCorrection(tx, id, words) : askCorrection(tx, id, words),
      )
    })
}

/** Everybody's own month; with `who=all` everybody's, for HR; with `correct` the form at that shift. */
async function showHours(c: Ctx, deps: Deps, asked: View, back?: { refused: Refusal; typed?: object | undefined }) {
  if (asked.who) needOf(c.var.me, 'attendance.read')
  const { db, clock, config } = deps
  const now = clock.now()
  const { me } = c.var
  const month = asked.month || localOf(now, config.timeZone).date.slice(0, 7)
  const whose = asked.who ? undefined : me.staffId
  const [settings, rows, corrections, used] = await Promise.all([
    currentSettings(db),
    attendedOfMonth(db, month, now, whose),
    correctionsOfMonth(db, month, whose),
    countOfMonth(db, me.staffId, month),
  ])
  const adds = me.capabilities.has('attendance.excuse')
  const unproved = rows.filter(({ how }) => isUnproved(how)).length
  const people = [...Map.groupBy(rows, ({ staffId }) => staffId).values()].flatMap((mine) =>
    mine.slice(0, 1).map((person) => {
      const ledger = ledgerOf(
        mine.map((one) => workedOf(one, now)),
        settings,
      )
      return {
        person,
        ledger,
        open: !asked.who || mine.some(({ shiftId }) => shiftId === asked.correct),
        unproved: mine.filter(({ how }) => isUnproved(how)).length,
        rows: mine.map((row, at) => {
          const locked = isLocked(row, settings.recordLockHours, now)
          const may = asked.who ? adds && row.staffId !== me.staffId : !locked
          return {
            ...row,
            unproved: isUnproved(row.how),
            look: row.absent ? 'absent' : (row.arrival ?? 'expected'),
            corrections: (row.shiftId && corrections.get(row.shiftId)) || [],
            locked: locked && !row.absent,
            counted: Math.round((ledger.lines[at]?.counted ?? 0) * 100) / 100,
            stayedHours: Math.round((ledger.lines[at]?.stayedHours ?? 0) * 100) / 100,
            corrects: may && row.shiftId !== null,
            correcting: may && row.shiftId !== null && row.shiftId === asked.correct,
            suggested: `${localOf(row.from, config.timeZone).date}T${localOf(row.from, config.timeZone).time}`,
          }
        }),
      }
    }),
  )
  const shown = {
    month,
    before: neighbour(month, -1),
    next: neighbour(month, 1),
    all: asked.who === 'all',
    titled: asked.who === 'all' ? 'hours' : 'my_hours',
    // Hours are of the whole month; what is asked for is which of its rows are shown.
    people: asked.proof
      ? people
          .filter((one) => one.unproved > 0)
          .map((one) => ({ ...one, open: true, rows: one.rows.filter((row) => row.unproved) }))
      : people,
    unproved,
    onlyUnproved: asked.proof === 'none',
    proofAside: asked.who ? await proofAside(deps) : null,
    lockHours: settings.recordLockHours,
    left: Math.max(0, settings.correctionsAMonth - used),
    ...back,
  }
  return page(c, deps, 'attendance/hours', shown, back ? 422 : 200)
}

/** Whoever is still there has worked until now; of a shift that is known by a correction alone, until its end. */
const workedOf = (
  { night, from, to, checkedInAt, checkedOutAt, offMinutes, stayed, attendanceId }: Attended,
  now: Date,
) => ({
  night,
  window: { from, to },
  checkedInAt,
  checkedOutAt: checkedOutAt ?? (attendanceId ? now : to),
  offMinutes,
  stayed,
})
