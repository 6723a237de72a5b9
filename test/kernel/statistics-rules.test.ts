import fc from 'fast-check'
import { expect, test } from 'vitest'
import { funnel, mean, spreadOf, wilson, Z95 } from '../../server/kernel/statistics.ts'

const rounded = (hits: number, count: number) => {
  const { low, high } = wilson(hits, count, Z95)
  return [low, high].map((end) => Math.round(end * 100) / 100)
}

test('the intervals of section 3: 3 of 3, 19 of 20, 95 of 100', () => {
  expect(rounded(3, 3)).toEqual([0.44, 1])
  expect(rounded(19, 20)).toEqual([0.76, 0.99])
  expect(rounded(95, 100)).toEqual([0.89, 0.98])
  expect(rounded(0, 0)).toEqual([0, 1])
})

test('the interval holds the share, lies between 0 and 1, and narrows as more is known', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, part) => {
      const hits = Math.round(count * part)
      const { low, high } = wilson(hits, count)
      const wider = wilson(hits * 4, count * 4)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
      expect(low - 1e-9).toBeLessThanOrEqual(hits / count)
      expect(high + 1e-9).toBeGreaterThanOrEqual(hits / count)
      expect(wider.high - wider.low).toBeLessThanOrEqual(high - low + 1e-12)
    }),
  )
})

test('a funnel is wide for few and narrow for many, and never leaves 0 to 1', () => {
  expect(funnel(0.85, 0.28, 4, 1.96)).toEqual({ low: expect.closeTo(0.5756), high: 1 })
  expect(funnel(0.85, 0.28, 400, 1.96).low).toBeCloseTo(0.8226, 3)
  expect(funnel(0.85, 0.28, 0, 1.96)).toEqual({ low: 0, high: 1 })
})

test('nothing has no mean, and one value no spread', () => {
  expect(mean([])).toBe(null)
  expect(spreadOf([0.5])).toBe(0)
  expect(spreadOf([0, 1])).toBeCloseTo(Math.SQRT1_2, 3)
})
