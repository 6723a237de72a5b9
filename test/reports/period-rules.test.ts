import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  add,
  countOf,
  type Facts,
  lineOf,
  nightWindow,
  percentileOf,
  periodStart,
  readSlice,
  STEPS,
  WHATS,
} from '../../server/reports/periods/rules.ts'
import { nextDue, nightsOf } from '../../server/reports/subscriptions/rules.ts'

const ZONE = 'Asia/Shanghai'
const facts = fc.dictionary(
  fc.constantFrom(...WHATS),
  fc.dictionary(fc.integer({ min: 0, max: STEPS.length }).map(String), fc.integer({ min: 1, max: 500 }), {
    minKeys: 1,
  }),
) as fc.Arbitrary<Facts>

describe('figures of several nights', () => {
  test('come to the same in whatever order they are added', () => {
    fc.assert(
      fc.property(facts, facts, facts, (a, b, c) => {
        expect(lineOf(add(add(a, b), c))).toEqual(lineOf(add(c, add(b, a))))
      }),
    )
  })
  test('an empty night changes nothing', () => {
    fc.assert(
      fc.property(facts, (one) => {
        expect(lineOf(add(one, {}))).toEqual(lineOf(one))
      }),
    )
  })
  test('nine of ten are never faster than half, and neither leaves its steps', () => {
    fc.assert(
      fc.property(facts, (one) => {
        const [half, most] = [percentileOf(one, 'answered', 50), percentileOf(one, 'answered', 90)]
        if (half === null || most === null) {
          expect(countOf(one, 'answered')).toBe(0)
          return
        }
        expect(half).toBeLessThanOrEqual(most)
        expect(most).toBeLessThanOrEqual(STEPS.at(-1) ?? 0)
      }),
    )
  })
  test('of nothing there is no median and no share', () => {
    expect(lineOf({})).toMatchObject({ asked: 0, answer: null, keptShare: null, readyShare: null })
  })
})

test('a night runs from noon to noon of the company’s clock, also when the clocks change', () => {
  const hours = ({ from, to }: { from: Date; to: Date }) => (to.getTime() - from.getTime()) / 3_600_000
  expect(hours(nightWindow('2026-11-23', ZONE))).toBe(24)
  expect(hours(nightWindow('2026-03-28', 'Europe/Berlin'))).toBe(23)
  expect(hours(nightWindow('2026-10-24', 'Europe/Berlin'))).toBe(25)
})

test('weeks begin on Monday and months on the 1st', () => {
  expect(periodStart('2026-11-22', 'week')).toBe('2026-11-16')
  expect(periodStart('2026-11-23', 'week')).toBe('2026-11-23')
  expect(periodStart('2026-11-23', 'month')).toBe('2026-11-01')
})

test('a report is due each morning, on Monday, or on the 1st, and is about the nights before', () => {
  const now = new Date('2026-11-24T07:30:00+08:00')
  expect(nextDue('night', now, '07:30', ZONE)).toEqual(new Date('2026-11-25T07:30:00+08:00'))
  expect(nextDue('week', now, '07:30', ZONE)).toEqual(new Date('2026-11-30T07:30:00+08:00'))
  expect(nextDue('month', now, '07:30', ZONE)).toEqual(new Date('2026-12-01T07:30:00+08:00'))
  expect(nightsOf('night', now, ZONE)).toEqual({ from: '2026-11-23', to: '2026-11-23' })
  expect(nightsOf('week', new Date('2026-11-30T07:30:00+08:00'), ZONE)).toEqual({
    from: '2026-11-23',
    to: '2026-11-29',
  })
  expect(nightsOf('month', new Date('2026-03-01T07:30:00+08:00'), ZONE)).toEqual({
    from: '2026-02-01',
    to: '2026-02-28',
  })
})

test('what narrows a report is one of three, else it is about everything', () => {
  expect(readSlice('channel:web')).toEqual({ cut: 'channel', key: 'web' })
  for (const other of ['', 'all:x', 'person:3', 'channel:']) expect(readSlice(other).cut).toBe('all')
})
