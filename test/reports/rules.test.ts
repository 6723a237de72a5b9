import { expect, test } from 'vitest'
import { gather, lineWindow, sparkline } from '../../server/reports/rules.ts'

const alarm = (
  alarmId: string,
  kind: 'complaint' | 'offers_refused' | 'nobody_eligible' | 'job_failed',
  id?: string,
) => ({
  alarmId,
  kind,
  ticket: id ? { id } : null,
})

test('the bells of one ticket are one row with the most pressing reason; complaints stand on top', () => {
  const rows = gather([
    alarm('1', 'nobody_eligible', '42'),
    alarm('2', 'offers_refused', '42'),
    alarm('3', 'job_failed'),
    alarm('4', 'nobody_eligible', '43'),
    alarm('5', 'complaint', '43'),
  ])
  expect(rows.map(({ alarmId, also }) => [alarmId, also])).toEqual([
    ['5', ['4']],
    ['2', ['1']],
    ['3', []],
  ])
})

test('a small line is flat where nothing varies', () => {
  expect(sparkline([0, 0])).toBe('M0 24L100 24')
  expect(sparkline([0, 5])).toBe('M0 24L100 4')
})

test('the line above every page spans the night, and by day the shift of whoever is on one', () => {
  const span = (from: string, to: string) => ({ from: new Date(`2026-11-${from}Z`), to: new Date(`2026-11-${to}Z`) })
  const night = span('23T22:00', '24T06:00')
  const day = span('24T06:00', '24T14:00')
  const at = (time: string, shift: typeof day | null) => lineWindow(night, shift, new Date(`2026-11-${time}Z`))
  expect(at('24T01:00', null)).toEqual(span('23T20:00', '24T08:00'))
  expect(at('24T09:00', day)).toEqual(span('24T04:00', '24T16:00'))
  expect(at('24T07:00', day)).toEqual(span('23T20:00', '24T08:00'))
  expect(at('24T09:00', null)).toEqual(span('23T20:00', '24T08:00'))
  expect(at('24T09:00', span('24T14:00', '24T22:00'))).toEqual(span('23T20:00', '24T08:00'))
})
