import { expect, test } from 'vitest'
import { backwards } from '../../server/reports/filters/rules.ts'

test('two years are looked through from their end: a month, two, four, until the first day, none of them twice', () => {
  expect(backwards({ from: '2026-05-20', to: '2026-11-24' })).toEqual([
    { from: '2026-11-01', to: '2026-11-24' },
    { from: '2026-09-01', to: '2026-10-31' },
    { from: '2026-05-20', to: '2026-08-31' },
  ])
  expect(backwards({ from: '2026-11-03', to: '2026-11-03' })).toEqual([{ from: '2026-11-03', to: '2026-11-03' }])
  expect(backwards({ from: '2026-11-04', to: '2026-11-03' })).toEqual([])
  expect(backwards({ from: '2024-11-25', to: '2026-11-24' })).toHaveLength(5)
})
