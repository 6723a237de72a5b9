import { expect, test } from 'vitest'
import { gather, sparkline } from '../../server/reports/rules.ts'

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
