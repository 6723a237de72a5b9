import { expect, test } from 'vitest'
import { type Grading, gradeOf, isExtreme, isProvenGood } from '../../../server/appraisal/scoring/grades/rules.ts'
import { FIRST_LIMITS, NOTHING_ADDED, resultOf } from '../../../server/appraisal/scoring/rules.ts'
import { FIRST_NORM } from '../../../server/appraisal/scoring/satisfaction/rules.ts'
import { FIRST_WEIGHTS } from '../../../server/appraisal/scoring/weights/rules.ts'

const facts = (traits: Partial<Grading> = {}): Grading => ({
  score: 92,
  band: { from: 90, to: 94 },
  withoutSatisfaction: 92,
  shifts: 12,
  shiftsLeast: 3,
  trial: false,
  indicators: { attendance: 95, quality: 92, satisfaction: 90, incidents: 90 },
  satisfaction: { upper: 95, ratings: 100, good: 95 },
  tooSmall: [],
  seriousFinding: false,
  seriousCase: false,
  ...traits,
})
const low = (traits: Partial<Grading> = {}) =>
  facts({
    score: 52,
    band: { from: 48, to: 56 },
    withoutSatisfaction: 50,
    indicators: { attendance: 40, quality: 50, satisfaction: 70, incidents: 70 },
    ...traits,
  })

test.each([
  [95, 'excellent'],
  [90, 'excellent'],
  [89.9, 'competent'],
  [75, 'competent'],
  [74.9, 'basic'],
  [60, 'basic'],
] as const)('%f is %s: absolute standards, never a forced curve', (score, grade) => {
  expect(gradeOf(facts({ score })).grade).toBe(grade)
})

test('a month of two shifts has no grade, whatever the figure', () => {
  expect(gradeOf(facts({ shifts: 2 }))).toEqual({ grade: 'none', notes: ['few_shifts'] })
})

test('the first month is a trial and says so', () => {
  expect(gradeOf(facts({ score: 80, trial: true }))).toEqual({ grade: 'competent', notes: ['trial'] })
})

test.each([
  [{ seriousFinding: true }, 'serious_finding'],
  [{ tooSmall: ['quality'] }, 'small_sample'],
  [{ satisfaction: { upper: 99, ratings: 8, good: 8 } }, 'not_proven_good'],
] as const)('excellent is held back: %o', (traits, note) => {
  expect(gradeOf(facts({ score: 94, ...traits }))).toEqual({ grade: 'competent', notes: [note] })
})

test('eight of eight good ratings prove nothing yet, nineteen of twenty do', () => {
  expect(isProvenGood(8, 8)).toBe(false)
  expect(isProvenGood(3, 3)).toBe(false)
  expect(isProvenGood(19, 20)).toBe(true)
})

test('poor needs two low indicators, an upper end below 60, and the same without satisfaction', () => {
  expect(gradeOf(low())).toEqual({ grade: 'poor', notes: [] })
  expect(gradeOf(low({ indicators: { attendance: 40, quality: 70, incidents: 70 } }))).toEqual({
    grade: 'basic',
    notes: ['one_low'],
  })
  expect(gradeOf(low({ band: { from: 44, to: 60 } }))).toEqual({ grade: 'basic', notes: ['not_proven_low'] })
  expect(gradeOf(low({ withoutSatisfaction: 61 }))).toEqual({ grade: 'basic', notes: ['only_satisfaction'] })
})

test('one proven serious case stands for the second low indicator', () => {
  const one = { attendance: 40, quality: 70, incidents: 70 }
  expect(gradeOf(low({ indicators: one, seriousCase: true })).grade).toBe('poor')
})

test('below twenty ratings satisfaction is no low indicator, however low', () => {
  const indicators = { attendance: 40, quality: 70, satisfaction: 30 }
  const of = (ratings: number) => gradeOf(low({ indicators, satisfaction: { upper: 40, ratings, good: 0 } })).grade
  expect(of(19)).toBe('basic')
  expect(of(20)).toBe('poor')
})

test('within one of a border the card says so', () => {
  expect(gradeOf(facts({ score: 75.9 })).notes).toContain('near_border')
  expect(gradeOf(facts({ score: 76.1 })).notes).not.toContain('near_border')
})

test('only the extremes need the signature of the group', () => {
  expect(['excellent', 'competent', 'basic', 'poor', 'none'].filter((one) => isExtreme(one as never))).toEqual([
    'excellent',
    'poor',
  ])
})

test('the lowest possible ratings alone never make anybody poor', () => {
  const result = resultOf(
    {
      weights: FIRST_WEIGHTS.service,
      shifts: Array.from({ length: 12 }, () => 1),
      items: [{ name: 'answers', done: 100, of: 200, rate: 0.6 }],
      notes: [],
      raters: { all: 0, of: {} },
      rated: Array.from({ length: 300 }, () => ({ value: 0, expected: 0.85 })),
      norm: FIRST_NORM,
      handled: [],
      incidentRate: 80,
      trial: false,
      limits: FIRST_LIMITS,
    },
    NOTHING_ADDED,
  )
  expect(result.score).toBeLessThan(60)
  expect(result).toMatchObject({ grade: 'basic', notes: expect.arrayContaining(['only_satisfaction']) })
})
