import { expect, test } from 'vitest'
import { comingNight, dayPartOf, instantOf, localOf, nightOf, overlap, windowOf } from '../../server/kernel/time.ts'

const SHANGHAI = 'Asia/Shanghai'
const BERLIN = 'Europe/Berlin'

test('a night from 22:00 to 06:00 is eight hours that cross midnight', () => {
  const { from, to } = windowOf('2026-11-23', '22:00', '06:00', SHANGHAI)
  expect(from.toISOString()).toBe('2026-11-23T14:00:00.000Z')
  expect(to.toISOString()).toBe('2026-11-23T22:00:00.000Z')
})

test('a page at 01:00 says the night of the evening before', () => {
  expect(nightOf(instantOf('2026-11-24', '01:00', SHANGHAI), SHANGHAI)).toBe('2026-11-23')
  expect(nightOf(instantOf('2026-11-23', '22:00', SHANGHAI), SHANGHAI)).toBe('2026-11-23')
})

test('a local time that does not exist moves forward', () => {
  expect(instantOf('2026-03-29', '02:30', BERLIN).toISOString()).toBe('2026-03-29T01:30:00.000Z')
})

test('a local time that exists twice is the first', () => {
  expect(instantOf('2026-10-25', '02:30', BERLIN).toISOString()).toBe('2026-10-25T00:30:00.000Z')
})

test('a night on which the clock goes back has nine hours', () => {
  const { from, to } = windowOf('2026-10-24', '22:00', '06:00', BERLIN)
  expect((to.getTime() - from.getTime()) / 3_600_000).toBe(9)
})

test('shifts that touch do not overlap', () => {
  const evening = windowOf('2026-11-23', '14:00', '22:00', SHANGHAI)
  const night = windowOf('2026-11-23', '22:00', '06:00', SHANGHAI)
  expect(overlap(evening, night)).toBe(false)
})

test('an instant is read as the wall clock of its zone', () => {
  expect(localOf(new Date('2026-11-23T18:14:00Z'), SHANGHAI)).toEqual({ date: '2026-11-24', time: '02:14' })
})

test('a page says which night it is while it lasts, and by day says the day; the coming night is the one that is on, or the next', () => {
  const hours = { start: '22:00', end: '06:00', zone: SHANGHAI }
  const at = (text: string) => new Date(`2026-11-${text}:00+08:00`)
  expect(dayPartOf(at('24T02:14'), hours)).toEqual({ part: 'night', date: '2026-11-23' })
  expect(dayPartOf(at('24T06:00'), hours)).toEqual({ part: 'day', date: '2026-11-24' })
  expect(dayPartOf(at('24T21:59'), hours)).toEqual({ part: 'day', date: '2026-11-24' })
  expect(dayPartOf(at('24T22:00'), hours)).toEqual({ part: 'night', date: '2026-11-24' })
  expect(comingNight(at('24T05:59'), hours)).toBe('2026-11-23')
  expect(comingNight(at('24T06:00'), hours)).toBe('2026-11-24')
})
