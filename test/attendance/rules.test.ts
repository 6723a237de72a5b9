import { expect, test } from 'vitest'
import { arrivalOf, whyNotBreak, whyNotCheckIn } from '../../server/attendance/rules.ts'

const shift = { from: new Date('2026-11-23T14:00:00Z'), to: new Date('2026-11-23T22:00:00Z') }
const at = (minutes: number, seconds = 0) => new Date(shift.from.getTime() + minutes * 60_000 + seconds * 1000)

test('a quarter of an hour early is ready for the handover, later is late for it, and after the start it is late', () => {
  expect(arrivalOf(shift.from, at(-15), 15)).toEqual({ arrival: 'ready', minutesLate: 0 })
  expect(arrivalOf(shift.from, at(-15, 1), 15)).toEqual({ arrival: 'late_for_handover', minutesLate: 0 })
  expect(arrivalOf(shift.from, at(0), 15)).toEqual({ arrival: 'late_for_handover', minutesLate: 0 })
  expect(arrivalOf(shift.from, at(0, 1), 15)).toEqual({ arrival: 'late', minutesLate: 1 })
  expect(arrivalOf(shift.from, at(16), 15)).toEqual({ arrival: 'late', minutesLate: 16 })
})

test('an agent goes on post from an hour before the start until the end', () => {
  expect(whyNotCheckIn(shift, at(-60, -1))).toMatchObject({ code: 'attendance.too_early', details: { minutes: 60 } })
  expect(whyNotCheckIn(shift, at(-60))).toBeNull()
  expect(whyNotCheckIn(shift, at(479, 59))).toBeNull()
  expect(whyNotCheckIn(shift, at(480))?.code).toBe('attendance.shift_over')
})

test('one break a shift', () => {
  expect(whyNotBreak(0)).toBeNull()
  expect(whyNotBreak(1)?.code).toBe('attendance.break_taken')
})
