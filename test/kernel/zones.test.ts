import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { expect, test } from 'vitest'
import { addDays, instantOf, localOf, weekdayOf } from '../../server/kernel/time.ts'

const zones = fc.constantFrom(
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'UTC',
)
const instants = fc.date({ min: new Date('1990-01-01'), max: new Date('2060-01-01'), noInvalidDate: true })

test('a local time is that of the calendar, in every zone and also where clocks change', () => {
  fc.assert(
    fc.property(instants, zones, (at, zone) => {
      const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
      const time = local.toPlainTime().toString({ smallestUnit: 'minute' })
      expect(localOf(at, zone)).toEqual({ date: local.toPlainDate().toString(), time })
      const again = instantOf(localOf(at, zone).date, time, zone)
      expect(localOf(again, zone)).toEqual({ date: local.toPlainDate().toString(), time })
    }),
    { numRuns: 500 },
  )
})

test('days are counted as on the calendar, over leap years and the ends of months', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: -800, max: 800 }), (at, days) => {
      const date = at.toISOString().slice(0, 10)
      expect(addDays(date, days)).toBe(Temporal.PlainDate.from(date).add({ days }).toString())
      expect(weekdayOf(date)).toBe(Temporal.PlainDate.from(date).dayOfWeek)
    }),
  )
  expect(() => addDays('2026-02-30', 1)).toThrow(RangeError)
})
