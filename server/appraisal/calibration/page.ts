import type { Context } from 'hono'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { page } from '../../web/page.ts'
import { one as oneDecimal, signed } from '../cards/rules.ts'
import { monthIn } from '../months/asked.ts'
import { firstOfNext } from '../months/rules.ts'
import { corrected, ratersOf } from '../scoring/quality/rules.ts'
import { tabsOf } from '../tabs.ts'
import { byOneAlone, notesByRater, scoredOf, shiftsOfScores } from './queries.ts'
import { FEWEST_IN_GROUP, FLAG_POINTS, FLAG_SCORES, impactOf, ratersOver } from './rules.ts'

type Ctx = Context<Env>

export async function showCalibration(c: Ctx, deps: Deps): Promise<Response> {
  const month = await monthIn(c, deps)
  const span = { month: month.month, next: firstOfNext(month.month) }
  const [shifted, notes, scored, alone] = await Promise.all([
    shiftsOfScores(deps.db, month.id),
    notesByRater(deps.db, span),
    scoredOf(deps.db, month.id, span),
    byOneAlone(deps.db, month.id),
  ])
  const names = new Map(shifted.map(({ rater, name, nameEn }) => [rater, { name, nameEn }]))
  const raters = ratersOf(
    notes.flatMap(({ rater, mean, notes: count }) => Array.from({ length: count }, () => ({ rater, value: mean }))),
  )
  const departments = new Map(scored.map(({ departmentId, department }) => [departmentId, department]))
  const cut = (of: 'post' | 'departmentId' | 'young' | 'weekend' | 'sex' | 'age') => ({
    of,
    // Whoever nobody has noted anything of is in no group.
    groups: impactOf(
      scored.flatMap((row) => (row[of] === null ? [] : [{ group: String(row[of]), score: row.score }])),
    ).map((group) => ({
      ...group,
      department: departments.get(group.group),
      mean: oneDecimal(group.mean),
      low: oneDecimal(group.low),
      high: oneDecimal(group.high),
    })),
  })
  return page(c, deps, 'appraisal/calibration', {
    ...(await tabsOf(c, deps)),
    month,
    monthKey: month.month.slice(0, 7),
    raters: ratersOver(shifted).map((one) => ({
      ...one,
      ...names.get(one.rater),
      x: placeOf(one.mean),
      from: one.half === null ? null : placeOf(one.mean - one.half),
      to: one.half === null ? null : placeOf(one.mean + one.half),
      mean: signed(one.mean),
      half: one.half === null ? null : oneDecimal(one.half),
    })),
    leniency: notes.map((one) => ({
      ...one,
      mean: oneDecimal(one.mean * 100),
      off: signed((one.mean - raters.all) * 100),
      corrected: oneDecimal(corrected({ rater: one.rater, value: one.mean }, raters) * 100),
    })),
    cuts: [cut('post'), cut('departmentId'), cut('weekend'), cut('sex'), cut('age'), cut('young')],
    alone,
    limits: { points: FLAG_POINTS, scores: FLAG_SCORES, fewest: FEWEST_IN_GROUP },
  })
}

/** −10 to +10 in 200 units. */
const placeOf = (points: number): number => Math.round((Math.min(10, Math.max(-10, points)) + 10) * 100) / 10
