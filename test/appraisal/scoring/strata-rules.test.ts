import fc from 'fast-check'
import { expect, test } from 'vitest'
import { count, type Inputs, type MonthBasis } from '../../../server/appraisal/counting/rules.ts'
import type { Fact } from '../../../server/appraisal/evidence/rules.ts'
import { expectedIn, type Kind, strataOf } from '../../../server/appraisal/evidence/strata/rules.ts'
import { FIRST_LIMITS, type Result } from '../../../server/appraisal/scoring/rules.ts'
import { asShare, FIRST_NORM, satisfactionOf } from '../../../server/appraisal/scoring/satisfaction/rules.ts'
import { FIRST_WEIGHTS } from '../../../server/appraisal/scoring/weights/rules.ts'

const ME = 'mei'
const kind = fc.record({
  staffId: fc.constantFrom(ME, 'zhao', 'chen', null),
  stratum: fc.constantFrom('web|-|0', 'web|-|1', 'call|line|0'),
  y: fc.integer({ min: 1, max: 5 }).map(asShare),
  counts: fc.boolean(),
})
const some = fc.array(kind, { minLength: 1, maxLength: 80 })

/** From the house's ratings to one person's result, as a month counts it. */
function scored(all: readonly Kind[], who = ME): Result {
  const known = strataOf(all)
  const mean = known.mean ?? FIRST_NORM.mean
  const facts = all
    .filter(({ staffId }) => staffId === who)
    .map(
      ({ stratum, y, counts }, n): Fact =>
        counts
          ? { ref: String(n), value: y, expected: expectedIn(known, { staffId: who, stratum, mean }) }
          : { ref: String(n), value: null, why: 'price' },
    )
  const basis: MonthBasis = {
    weights: FIRST_WEIGHTS,
    limits: FIRST_LIMITS,
    norm: { ...FIRST_NORM, mean },
    raters: { all: 0, of: {} },
    rates: {},
  }
  const shifts: Fact[] = [1, 2, 3].map((n) => ({ ref: String(n), value: 1 }))
  const inputs: Inputs = new Map([
    ['attendance', shifts],
    ['satisfaction', facts],
  ])
  const person = { posts: { service: 3 }, post: 'service', trial: false } as const
  return count(inputs, basis, person, { managers: [], review: 0, amendment: 0, seriousCase: false })
}
const shareOf = (all: readonly Kind[]): number => scored(all).satisfaction?.score ?? 0

test('an excluded rating changes nothing, neither for whoever it is credited to nor for anybody else', () => {
  fc.assert(
    fc.property(some, kind, fc.nat(), (all, more, at) => {
      const there = all.toSpliced(at % (all.length + 1), 0, { ...more, counts: false })
      for (const who of [ME, 'zhao', 'chen']) expect(scored(there, who)).toEqual(scored(all, who))
    }),
  )
})

test('raising one rating never lowers the score of its person, though the norm of the month rises with it', () => {
  fc.assert(
    fc.property(some, fc.nat(), fc.integer({ min: 1, max: 5 }), (all, at, higher) => {
      const n = at % all.length
      const raised = all.map((one, k) => (k === n ? { ...one, y: Math.max(one.y, asShare(higher)) } : one))
      // What was to be expected is kept to six digits.
      if (all[n]?.staffId === ME) expect(shareOf(raised)).toBeGreaterThanOrEqual(shareOf(all) - 1e-4)
    }),
  )
})

test('the order in which the ratings of the house came never matters, to the last digit', () => {
  fc.assert(
    fc.property(some, fc.infiniteStream(fc.nat()), (all, random) => {
      const shuffled = all
        .map((one) => ({ one, key: random.next().value as number }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ one }) => one)
      expect(scored(shuffled)).toEqual(scored(all))
    }),
  )
})

test('a person whose every rating is what the others get for the like scores the norm of the month, however bad the like is rated', () => {
  fc.assert(
    fc.property(some, fc.array(kind, { minLength: 1, maxLength: 40 }), (all, own) => {
      const known = strataOf(all.filter(({ staffId }) => staffId !== ME))
      const mean = known.mean ?? FIRST_NORM.mean
      const typical = own.map(({ stratum }) => {
        const expected = expectedIn(known, { staffId: ME, stratum, mean })
        return { value: expected, expected }
      })
      expect(satisfactionOf(typical, { ...FIRST_NORM, mean }, 5)?.score).toBeCloseTo(100 * mean, 9)
    }),
  )
})

test('where everybody gets the same of everybody, each scores just that', () => {
  fc.assert(
    fc.property(some, fc.integer({ min: 1, max: 5 }), (all, rating) => {
      const alike = all.map((one) => ({ ...one, y: asShare(rating) }))
      const found = scored(alike).satisfaction
      if (found) expect(found.score).toBeCloseTo(100 * asShare(rating), 9)
    }),
  )
})
