import { expect, test } from 'vitest'
import { giniOf, spreadOf } from '../../../server/roster/months/quality/rules.ts'

test('nights that are all alike are spread evenly, and what one alone carries is not', () => {
  expect(giniOf([])).toBe(0)
  expect(giniOf([0, 0])).toBe(0)
  expect(giniOf([7, 7, 7])).toBe(0)
  expect(giniOf([0, 0, 0, 12])).toBeCloseTo(0.75)
  expect(spreadOf([6, 7, 9])).toEqual({ least: 6, most: 9, gini: 0.09 })
})
