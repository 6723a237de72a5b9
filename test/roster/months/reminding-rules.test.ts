import { expect, test } from 'vitest'
import { plannedAt, stepOf } from '../../../server/roster/months/reminding/rules.ts'

const at = (date: string, time = '10:00') => stepOf('2026-11-25', { date, time }, '09:00')

test('row 19: three, two and one day before it is told, in the morning, and afterwards it is late', () => {
  expect(at('2026-11-01')).toBe('open')
  expect(at('2026-11-21')).toBe('open')
  expect(at('2026-11-22', '08:59')).toBe('open')
  expect(at('2026-11-22', '09:00')).toBe('three')
  expect(at('2026-11-23', '08:59')).toBe('three')
  expect(at('2026-11-23')).toBe('two')
  expect(at('2026-11-24')).toBe('one')
  expect(at('2026-11-25')).toBe('one')
  expect(at('2026-11-26', '08:59')).toBe('one')
  expect(at('2026-11-26')).toBe('late')
  expect(at('2026-11-30')).toBe('late')
})

test('what is planned is the month after the one whose day it is where the company is', () => {
  expect(plannedAt(new Date('2026-11-30T15:59:00Z'), 'Asia/Shanghai')).toBe('2026-12')
  expect(plannedAt(new Date('2026-11-30T16:00:00Z'), 'Asia/Shanghai')).toBe('2027-01')
})
