import { expect, test } from 'vitest'
import { ledgerOf } from '../../server/attendance/ledger/rules.ts'
import { addDays, windowOf } from '../../server/kernel/time.ts'

const LIMITS = { earlyMinutes: 15, breakMinutes: 30, hoursADay: 8, hoursAWeek: 44, overtimeHoursAMonth: 36 }
const worked = (night: string, { early = 15, late = 0 } = {}) => {
  const window = windowOf(night, '22:00', '06:00', 'Asia/Shanghai')
  return {
    night,
    window,
    checkedInAt: new Date(window.from.getTime() - early * 60_000),
    checkedOutAt: new Date(window.to.getTime() + late * 60_000),
  }
}

test('row 25 and trap b: an eight-hour night is 8.25 hours in the ledger, of them 7.75 of work without the break, and whoever comes earlier still comes on their own time', () => {
  expect(ledgerOf([worked('2026-11-23'), worked('2026-11-24')], LIMITS)).toMatchObject({ counted: 16.5, hours: 15.5 })
  expect(ledgerOf([worked('2026-11-23', { early: 50 })], LIMITS).counted).toBe(8.25)
  expect(ledgerOf([worked('2026-11-23')], LIMITS).hours).toBe(7.75)
  expect(ledgerOf([worked('2026-11-23', { early: 50 })], LIMITS).hours).toBe(7.75)
  expect(ledgerOf([worked('2026-11-23', { early: -10 })], LIMITS).hours).toBe(7.33)
})

test('what goes on after the end, because relief is missing, counts until the person leaves', () => {
  expect(ledgerOf([worked('2026-11-23', { late: 90 })], LIMITS).hours).toBe(9.25)
})

test('row 26: what was stayed on is said apart, and what goes beyond eight hours of a day is overtime; three hours more are over the limit', () => {
  const stayed = { ...worked('2026-11-23', { late: 180 }), stayed: true }
  expect(ledgerOf([stayed, worked('2026-11-24')], LIMITS)).toMatchObject({
    stayed: 3,
    at150: 2.75,
    overtime: 2.75,
    overDay: false,
  })
  const long = ledgerOf([{ ...worked('2026-11-23', { late: 200 }), stayed: true }], LIMITS)
  expect(long).toMatchObject({ stayed: 3.33, overDay: true })
})

test('off post between coming and going nothing is worked', () => {
  expect(ledgerOf([{ ...worked('2026-11-23'), offMinutes: 45 }], LIMITS).hours).toBe(7)
})

test('days of rest are marked 200, public holidays 300, and what is over forty hours of a week 150 per cent', () => {
  const week = Array.from({ length: 5 }, (_, n) => worked(addDays('2026-11-23', n), { late: 60 }))
  const ledger = ledgerOf([...week, worked('2026-11-28'), worked('2026-10-01')], LIMITS)
  expect(ledger).toMatchObject({ at150: 3.75, at200: 7.75, at300: 7.75, overWeek: true, overMonth: false })
})

test('somebody who never came has worked nothing', () => {
  const night = windowOf('2026-11-23', '22:00', '06:00', 'Asia/Shanghai')
  expect(ledgerOf([{ night: '2026-11-23', window: night, checkedInAt: null, checkedOutAt: null }], LIMITS).hours).toBe(
    0,
  )
})
