import { expect, test } from 'vitest'
import { attendanceOf, worthOf } from '../../../server/appraisal/scoring/attendance/rules.ts'
import { toTenth, wilson } from '../../../server/appraisal/scoring/figures/rules.ts'
import { handledOf, incidentsOf } from '../../../server/appraisal/scoring/incidents/rules.ts'
import { noteValue, qualityOf, ratersOf } from '../../../server/appraisal/scoring/quality/rules.ts'
import {
  FIRST_LIMITS,
  type Frozen,
  type Judged,
  NOTHING_ADDED,
  pointsOf,
  resultOf,
} from '../../../server/appraisal/scoring/rules.ts'
import {
  asShare,
  expectedOf,
  FIRST_NORM,
  normFrom,
  satisfactionOf,
} from '../../../server/appraisal/scoring/satisfaction/rules.ts'
import { FIRST_WEIGHTS, mixed, spread, whyNotWeigh } from '../../../server/appraisal/scoring/weights/rules.ts'

const ratings = (count: number, difference: number) =>
  Array.from({ length: count }, () => ({ value: 0.85 + difference, expected: 0.85 }))
/** A month of customer service whose indicators are exactly these. */
const month = (traits: Partial<Frozen> = {}): Frozen => ({
  weights: FIRST_WEIGHTS.service,
  shifts: [...Array.from({ length: 10 }, () => 1), 0.95, 0.8],
  // Sure of itself: 88.0 by the facts, without notes.
  items: [{ name: 'answers', done: 880, of: 1000, rate: 0.88 }],
  notes: [],
  raters: { all: 0, of: {} },
  rated: ratings(40, -5.7 / 40),
  norm: FIRST_NORM,
  handled: [84, 84],
  incidentRate: 84,
  trial: false,
  limits: FIRST_LIMITS,
  ...traits,
})
const judged = (traits: Partial<Judged> = {}): Judged => ({ ...NOTHING_ADDED, ...traits })

test('twelve shifts, ten ready, one close, one late by eight minutes: 97.9 (row 66)', () => {
  const worths = [
    ...Array.from({ length: 10 }, () => worthOf('ready', 0)),
    worthOf('late_for_handover', 0),
    worthOf('late', 8),
  ]
  expect(toTenth(attendanceOf(worths).score ?? 0)).toBe(97.9)
})

test.each([
  ['late', 15, 0.8],
  ['late', 16, 0.5],
  ['late', 60, 0.5],
  ['late', 61, 0],
  ['absent', 0, 0],
  ['left_post', 0, 0],
] as const)('%s by %i minutes is worth %f', (arrival, minutes, worth) => {
  expect(worthOf(arrival, minutes)).toBe(worth)
})

test('four ratings of a bad night barely move her: 80.9 ± 12.3, where the raw mean says 68.8', () => {
  const rated = [5, 5, 1, 4].map((rating, at) => ({
    value: asShare(rating),
    expected: [0.88, 0.88, 0.7, 0.86][at] ?? 0,
  }))
  const found = satisfactionOf(rated, FIRST_NORM, 5)
  expect(toTenth(found?.score ?? 0)).toBe(80.9)
  expect(toTenth(found?.half ?? 0)).toBe(12.3)
  expect(found?.enough).toBe(false)
})

test('forty with the same mean residual do: 73.6 ± 6.5', () => {
  const found = satisfactionOf(ratings(40, -5.7 / 40), FIRST_NORM, 5)
  expect(toTenth(found?.score ?? 0)).toBe(73.6)
  expect(toTenth(found?.half ?? 0)).toBe(6.5)
})

test('everybody else rating as expected is the norm exactly: 85', () => {
  expect(satisfactionOf(ratings(17, 0), FIRST_NORM, 5)?.score).toBe(85)
})

test('a stratum of which little is known is the norm', () => {
  expect(expectedOf({ sum: 0, count: 0 }, 0.85)).toBe(0.85)
  expect(expectedOf({ sum: 20, count: 20 }, 0.8)).toBeCloseTo(0.9)
})

test('the whole of the regulation’s example: 85.1, the duty manager moves quality by 2: 85.8, one point off: 84.8 competent', () => {
  expect(resultOf(month(), judged())).toMatchObject({ score: 85.1 })
  const managers = [{ shifts: 12, moved: { quality: 2 } }]
  expect(resultOf(month(), judged({ managers }))).toMatchObject({ score: 85.8 })
  const findings = [{ weight: 'minor', rectified: false }] as const
  expect(resultOf(month(), judged({ managers, findings }))).toMatchObject({ score: 84.8, grade: 'competent' })
})

test('with only four ratings satisfaction drops out and the other weights become 28.6, 50 and 21.4', () => {
  const { addends } = resultOf(month({ rated: ratings(4, 0) }), judged())
  expect(addends.map(({ weight }) => toTenth(weight))).toEqual([28.6, 50, 0, 21.4])
  expect(addends[2]).toMatchObject({ counts: null, nominal: 30 })
})

test('whoever has two of an evening’s managers is moved by each as far as they led', () => {
  const managers = [
    { shifts: 3, moved: { attendance: -10 } },
    { shifts: 9, moved: {} },
  ]
  const moved = resultOf(month(), judged({ managers })).addends[0]
  expect(moved?.counts).toBeCloseTo((moved?.score ?? 0) - 2.5)
})

test('nobody moves an indicator by more than ten, nor the whole by more than five', () => {
  const managers = [{ shifts: 1, moved: { satisfaction: -60 } }]
  expect(resultOf(month(), judged({ managers })).addends[2]?.counts).toBeCloseTo(73.6 - 10)
  expect(resultOf(month(), judged({ review: 30 })).score).toBe(90.1)
})

test('findings cost 1, 3 and 6, half when they were put right; ten at most, and praise brings five at most', () => {
  expect(pointsOf([{ weight: 'general', rectified: true }])).toBe(-1.5)
  expect(pointsOf(Array.from({ length: 4 }, () => ({ weight: 'serious' as const, rectified: false })))).toBe(-10)
  expect(pointsOf(Array.from({ length: 9 }, () => ({ weight: 'good' as const, rectified: true })))).toBe(5)
})

test('one duty manager who notes everybody high is pulled to the house', () => {
  const kind = Array.from({ length: 8 }, () => ({ rater: 'kind', value: 1 }))
  const strict = Array.from({ length: 8 }, () => ({ rater: 'strict', value: 0.6 }))
  const raters = ratersOf([...kind, ...strict])
  const prior = { weight: 5, least: 8 }
  expect(qualityOf([], kind, raters, prior)).toMatchObject({ rests: 'notes', noted: expect.closeTo(0.9) })
  expect(qualityOf([], strict, raters, prior).noted).toBeCloseTo(0.7)
})

test('items below eight are shown and weigh nothing; without notes the facts stand alone, with neither quality drops out', () => {
  const raters = ratersOf([])
  const few = [{ name: 'promises', done: 0, of: 7, rate: 0.9 }]
  expect(qualityOf(few, [], raters, { weight: 5, least: 8 })).toMatchObject({ score: null, rests: 'nothing' })
  const many = [{ name: 'promises', done: 8, of: 8, rate: 0.9 }, ...few]
  const found = qualityOf(many, [], raters, { weight: 5, least: 8 })
  expect(found.score).toBeCloseTo((100 * (8 + 4.5)) / 13)
  expect(found.items.map(({ weight }) => weight)).toEqual([1, 0])
})

test('the regulation’s own items: 187 of 196 is 0.95, 22 of 24 with a rate of 0.84 is 0.90', () => {
  const items = [
    { name: 'answers', done: 187, of: 196, rate: 0.93 },
    { name: 'promises', done: 22, of: 24, rate: 0.84 },
  ]
  const found = qualityOf(items, [], ratersOf([]), { weight: 5, least: 8 }).items.map(({ estimate }) =>
    estimate.toFixed(2),
  )
  expect(found).toEqual(['0.95', '0.90'])
})

test('four marks of 0, a third, two thirds and 1 are one note', () => {
  expect(noteValue({ reachable: 3, records: 2, courteous: 1, helpful: 0 })).toBeCloseTo(0.5)
})

test('what did not apply to an incident weighs nothing; how many there were never scores', () => {
  expect(handledOf({ acknowledged: 1, escalated: 1, updated: 0 })).toBeCloseTo((100 * 50) / 65)
  expect(handledOf({})).toBeNull()
  expect(incidentsOf([], 80, 3).score).toBeNull()
  expect(incidentsOf([80], 80, 3).score).toBe(incidentsOf([80, 80, 80, 80], 80, 3).score)
})

test.each([
  [3, 3, 0.44, 1],
  [19, 20, 0.76, 0.99],
  [95, 100, 0.89, 0.98],
])('%i of %i good ratings are between %f and %f', (good, of, from, to) => {
  const found = wilson(good, of)
  expect(found.from).toBeCloseTo(from, 2)
  expect(found.to).toBeCloseTo(to, 2)
})

test('weights that do not sum to 100 are refused by the post they belong to', () => {
  expect(whyNotWeigh(FIRST_WEIGHTS)).toBeNull()
  const wrong = { ...FIRST_WEIGHTS, guard: { attendance: 25, quality: 50, satisfaction: 0, incidents: 24 } }
  expect(whyNotWeigh(wrong)).toMatchObject({ code: 'appraisal.weights_sum', field: 'guard', details: { sum: 99 } })
  const below = { ...FIRST_WEIGHTS, guard: { attendance: 125, quality: 0, satisfaction: 0, incidents: -25 } }
  expect(whyNotWeigh(below)).toMatchObject({ code: 'appraisal.weight_bounds' })
})

test('whoever changed post in the middle of the month is weighed by the shifts on each', () => {
  const weights = mixed(FIRST_WEIGHTS, { service: 6, technician: 6 })
  expect(weights).toEqual({ attendance: 20, quality: 37.5, satisfaction: 22.5, incidents: 20 })
})

test('nothing left to weigh is no score, not a zero', () => {
  expect(spread(FIRST_WEIGHTS.service, () => false).attendance).toBe(0)
  const empty = month({ shifts: [], items: [], rated: [], handled: [] })
  expect(resultOf(empty, judged())).toMatchObject({ score: null, grade: 'none', notes: ['nothing_known'] })
})

test('once a quarter the weight of the norm is what people really differ by, within 5 and 30', () => {
  const group = (count: number, mean: number, variance: number) => ({
    count,
    sum: count * mean,
    squares: count * (variance + mean * mean),
  })
  const alike = Array.from({ length: 8 }, () => group(30, 0.85, 0.08))
  expect(normFrom(alike)?.weight).toBe(30)
  const apart = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((mean) => group(30, mean, 0.08))
  expect(normFrom(apart)?.weight).toBe(5)
  expect(normFrom(alike.slice(0, 3))).toBeNull()
})
