import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIRST_LIMITS, type Frozen, NOTHING_ADDED, resultOf } from '../../../server/appraisal/scoring/rules.ts'
import {
  asShare,
  expectedOf,
  FIRST_NORM,
  isWorseThan,
  type Rated,
  satisfactionOf,
} from '../../../server/appraisal/scoring/satisfaction/rules.ts'
import { FIRST_WEIGHTS } from '../../../server/appraisal/scoring/weights/rules.ts'

const rating = fc.integer({ min: 1, max: 5 })
const rated = fc.record({ value: rating.map(asShare), expected: fc.double({ min: 0, max: 1, noNaN: true }) })
const some = fc.array(rated, { minLength: 1, maxLength: 60 })
const norm = fc.record({
  mean: fc.double({ min: 0.2, max: 0.98, noNaN: true }),
  weight: fc.double({ min: 5, max: 30, noNaN: true }),
  sigma: fc.constant(0.28),
})
const scoreOf = (all: readonly Rated[], by = FIRST_NORM): number => satisfactionOf(all, by, 5)?.score ?? 0
const differenceOf = (all: readonly Rated[], by = FIRST_NORM): number => satisfactionOf(all, by, 5)?.difference ?? 0
const monthOf = (all: readonly Rated[]): Frozen => ({
  weights: FIRST_WEIGHTS.service,
  shifts: [1, 1, 0.95, 1],
  items: [{ name: 'answers', done: 90, of: 100, rate: 0.9 }],
  notes: [],
  raters: { all: 0, of: {} },
  rated: all,
  norm: FIRST_NORM,
  handled: [],
  incidentRate: 80,
  trial: false,
  limits: FIRST_LIMITS,
})

test('raising one rating never lowers a score, neither of satisfaction nor of the month', () => {
  fc.assert(
    fc.property(some, norm, fc.nat(), rating, (all, by, at, higher) => {
      const n = at % all.length
      const raised = all.map((one, k) => (k === n ? { ...one, value: Math.max(one.value, asShare(higher)) } : one))
      expect(scoreOf(raised, by)).toBeGreaterThanOrEqual(scoreOf(all, by) - 1e-9)
      const before = resultOf(monthOf(all), NOTHING_ADDED).score ?? 0
      expect(resultOf(monthOf(raised), NOTHING_ADDED).score).toBeGreaterThanOrEqual(before)
    }),
  )
})

test('a further rating at or above the present estimate never lowers it, one below never raises it', () => {
  fc.assert(
    fc.property(some, norm, rated, (all, by, one) => {
      const before = differenceOf(all, by)
      const after = differenceOf([...all, one], by)
      if (one.value - one.expected >= before) expect(after).toBeGreaterThanOrEqual(before - 1e-12)
      else expect(after).toBeLessThanOrEqual(before + 1e-12)
    }),
  )
})

test('order never matters, to the last digit', () => {
  fc.assert(
    fc.property(some, fc.infiniteStream(fc.nat()), (all, random) => {
      const shuffled = all
        .map((one) => ({ one, key: random.next().value as number }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ one }) => one)
      expect(scoreOf(shuffled)).toBe(scoreOf(all))
      expect(resultOf(monthOf(shuffled), NOTHING_ADDED)).toEqual(resultOf(monthOf(all), NOTHING_ADDED))
    }),
  )
})

test('a person with only stratum-typical ratings scores the norm', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 80 }),
      norm,
      (all, by) => {
        const typical = all.map((value) => ({ value, expected: value }))
        expect(scoreOf(typical, by)).toBeCloseTo(100 * by.mean, 9)
      },
    ),
  )
})

test('every score is within 0 and 100, and so is its band', () => {
  fc.assert(
    fc.property(some, (all) => {
      const { score, band } = resultOf(monthOf(all), NOTHING_ADDED)
      for (const end of [score ?? 0, band.from, band.to]) {
        expect(end).toBeGreaterThanOrEqual(0)
        expect(end).toBeLessThanOrEqual(100)
      }
      expect(band.from).toBeLessThanOrEqual((score ?? 0) + 0.05)
      expect(band.to).toBeGreaterThanOrEqual((score ?? 0) - 0.05)
    }),
  )
})

test('over 4,000 months of twelve agents less than 1 % of the truly good are flagged, where raw means flag more than 5 %', () => {
  const random = seeded(20261126)
  let good = 0
  let flagged = 0
  let rawFlagged = 0
  for (let month = 0; month < 4000; month++) {
    const agents = Array.from({ length: 12 }, () => {
      const truth = Math.min(1, Math.max(0, 0.88 + 0.04 * normal(random)))
      const ratings = Array.from({ length: 8 + Math.floor(random() * 38) }, () => (random() < truth ? 1 : 0))
      return { truth, ratings, sum: ratings.reduce<number>((sum, one) => sum + one, 0) }
    })
    const sum = agents.reduce((before, agent) => before + agent.sum, 0)
    const count = agents.reduce((before, agent) => before + agent.ratings.length, 0)
    const mean = sum / count
    for (const { truth, ratings, sum: own } of agents) {
      if (truth < 0.8) continue
      good++
      const expected = expectedOf({ sum: sum - own, count: count - ratings.length }, mean)
      const rated = ratings.map((value) => ({ value, expected }))
      const found = satisfactionOf(rated, { ...FIRST_NORM, mean }, 5)
      if (found && isWorseThan(80, found)) flagged++
      if (own / ratings.length < 0.8) rawFlagged++
    }
  }
  expect(flagged / good).toBeLessThan(0.01)
  expect(rawFlagged / good).toBeGreaterThan(0.05)
})

/** The same months each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
