import { type Context, Hono } from 'hono'
import type { AbsenceId, ShiftId, StaffId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { comingNight } from '../../kernel/time.ts'
import type { Substitute } from '../../roster/checker/substitutes.ts'
import { standInsFor } from '../../roster/judging.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, pathId, query, rowId, text } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../web/page.ts'
import { witnessCheckIn } from '../actions.ts'
import { reportAway } from '../cases/actions.ts'
import { countOpenCases } from '../cases/queries.ts'
import { REASON_LETTERS } from '../cases/rules.ts'
import { countAsked } from '../corrections/queries.ts'
import type { Gate } from '../gates.ts'
import { replaceMissing } from '../missing/actions.ts'
import { callableOf, type Expected, listAbsent, listExpected } from '../missing/queries.ts'
import { closePlace, openPlace } from '../places/actions.ts'
import { CODE_SECONDS, codeOf, stepAt } from '../places/codes.ts'
import { proofAside } from '../places/contributions.ts'
import { qrOf } from '../places/qr.ts'
import { getPlace, openPlaces } from '../places/queries.ts'
import { isUnproved } from '../rules.ts'

type Ctx = Context<Env>
const MOST_SUBSTITUTES = 8

/** /attendance: who has come tonight and who stands in, and places with their codes. */
export const attendanceLeadRoutes = (deps: Deps, gates: readonly Gate[]) =>
  new Hono<Env>()
    .get('/', staffOnly(deps, 'attendance.call_in'), async (c) => showTonight(c, deps))
    .post('/shifts/:id/witness', staffOnly(deps, 'attendance.lead'), async (c) => {
      await form(c, {})
      return acting(c, deps, (tx) => witnessCheckIn(tx, pathId<ShiftId>(c), gates))
    })
    .post('/shifts/:id/away', staffOnly(deps, 'attendance.lead'), async (c) => {
      const { observed } = await form(c, { observed: text(REASON_LETTERS) })
      return acting(c, deps, (tx) => reportAway(tx, pathId<ShiftId>(c), observed))
    })
    .post('/absences/:id/replacement', staffOnly(deps, 'attendance.call_in'), async (c) => {
      const { staff } = await form(c, { staff: rowId })
      return acting(c, deps, (tx) => replaceMissing(tx, pathId<AbsenceId>(c), staff as StaffId, deps.config.timeZone))
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
      const code = codeOf(place, stepAt(now))
      const qr = qrOf(`${deps.config.publicUrl}/duty?code=${code}`)
      const values = { name: place.name, id: place.id, code, left, qr }
      return wantsPart(c)
        ? fragment(c, deps, 'attendance/screen', 'code', values)
        : page(c, deps, 'attendance/screen', values)
    })

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
  const [expected, absent, openCases, askedCorrections] = await Promise.all([
    listExpected(db, night, now),
    listAbsent(db, night),
    countOpenCases(db),
    countAsked(db),
  ])
  const standIns = async (one: Expected): Promise<readonly Substitute[]> =>
    one.missing
      ? (await standInsFor(db, one, { now, zone: config.timeZone })).eligible
          .filter(({ staffId }) => !expected.some((other) => other.staffId === staffId))
          .slice(0, MOST_SUBSTITUTES)
      : []
  const seen = await Promise.all(expected.map(async (one) => ({ ...one, substitutes: await standIns(one) })))
  const callable = await callableOf(db, [
    ...new Set(seen.flatMap((one) => one.substitutes.map(({ staffId }) => staffId))),
  ])
  const rows = seen.map((one) => ({
    ...one,
    look: lookOf(one, now),
    unproved: isUnproved(one.how),
    onPost:
      one.arrival !== null &&
      !one.checkedOutAt &&
      !one.awayUntil &&
      one.from <= now &&
      now < one.to &&
      one.staffId !== c.var.me.staffId,
    substitutes: one.substitutes.map((each) => ({ ...each, ...callable.get(each.staffId) })),
  }))
  const shown = {
    night,
    proof: await proofAside(deps),
    rows,
    openCases,
    askedCorrections,
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
  if (one.awayUntil) return 'away'
  return one.staysUntil && now >= one.to ? 'staying' : one.arrival
}
