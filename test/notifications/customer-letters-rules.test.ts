import { expect, test } from 'vitest'
import { mayAsk } from '../../server/customers/verification/rules.ts'
import { morningAt, nextNightEnd, unreadDueAt } from '../../server/notifications/customers/rules.ts'

const at = (iso: string) => new Date(iso)
const hours = { morningMailTime: '08:00', nightStart: '22:00', nightEnd: '06:00' }

test('the morning is told at eight by the wall clock, also on the days on which clocks change', () => {
  const berlin = { ...hours, zone: 'Europe/Berlin' }
  // 29 March 2026: 02:00 becomes 03:00, so eight o'clock is 06:00 UTC and no longer 07:00.
  expect(morningAt(at('2026-03-28T06:59:59Z'), berlin)).toBeNull()
  expect(morningAt(at('2026-03-28T07:00:00Z'), berlin)?.day).toBe('2026-03-28')
  expect(morningAt(at('2026-03-29T05:59:59Z'), berlin)).toBeNull()
  expect(morningAt(at('2026-03-29T06:00:00Z'), berlin)).toEqual({
    day: '2026-03-29',
    night: '2026-03-28',
    at: at('2026-03-29T06:00:00Z'),
    window: { from: at('2026-03-28T21:00:00Z'), to: at('2026-03-29T06:00:00Z') },
  })
  // 25 October 2026: 03:00 becomes 02:00.
  expect(morningAt(at('2026-10-25T06:59:59Z'), berlin)).toBeNull()
  expect(morningAt(at('2026-10-25T07:00:00Z'), berlin)?.window.from).toEqual(at('2026-10-24T20:00:00Z'))
})

test('a time that does not exist on that day moves forward; a house that slept until afternoon says no good morning', () => {
  const early = { ...hours, morningMailTime: '02:30', nightEnd: '02:00', zone: 'Europe/Berlin' }
  expect(morningAt(at('2026-03-29T01:29:00Z'), early)).toBeNull()
  expect(morningAt(at('2026-03-29T01:30:00Z'), early)?.at).toEqual(at('2026-03-29T01:30:00Z'))
  const shanghai = { ...hours, zone: 'Asia/Shanghai' }
  expect(morningAt(at('2026-11-24T11:59:00+08:00'), shanghai)).not.toBeNull()
  expect(morningAt(at('2026-11-24T12:00:00+08:00'), shanghai)).toBeNull()
})

test('unread answers wait until the customer is away and a while has passed since the last letter', () => {
  const now = at('2026-11-24T02:00:00Z')
  const long = at('2026-11-24T01:00:00Z')
  const base = { now, saidAt: long, awayMinutes: 10, againMinutes: 15 }
  expect(unreadDueAt({ ...base, seenAt: null, lastLeftAt: null })).toEqual(now)
  expect(unreadDueAt({ ...base, seenAt: now, lastLeftAt: null })).toEqual(at('2026-11-24T02:10:00Z'))
  expect(unreadDueAt({ ...base, seenAt: now, lastLeftAt: now })).toEqual(at('2026-11-24T02:15:00Z'))
  expect(unreadDueAt({ ...base, saidAt: now, seenAt: long, lastLeftAt: long })).toEqual(at('2026-11-24T02:02:00Z'))
})

test('what is not released waits until the next end of a night', () => {
  expect(nextNightEnd(at('2026-11-24T02:14:00+08:00'), '06:00', 'Asia/Shanghai')).toEqual(
    at('2026-11-24T06:00:00+08:00'),
  )
  expect(nextNightEnd(at('2026-11-24T06:00:00+08:00'), '06:00', 'Asia/Shanghai')).toEqual(
    at('2026-11-25T06:00:00+08:00'),
  )
})

test('an address is asked once in ten minutes, and by itself only when its last link is over', () => {
  const now = at('2026-11-24T02:14:00Z')
  const last = { askedAt: at('2026-11-24T02:04:01Z'), expiresAt: at('2026-11-27T02:04:01Z') }
  const how = { now, againMinutes: 10, pressed: false }
  expect(mayAsk(undefined, how)).toBe(true)
  expect(mayAsk(last, { ...how, pressed: true })).toBe(false)
  const earlier = { ...last, askedAt: at('2026-11-24T02:04:00Z') }
  expect(mayAsk(earlier, { ...how, pressed: true })).toBe(true)
  expect(mayAsk(earlier, how)).toBe(false)
  expect(mayAsk({ ...earlier, expiresAt: now }, how)).toBe(true)
})
