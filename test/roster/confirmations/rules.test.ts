import { expect, test } from 'vitest'
import { byPerson, funnelOf } from '../../../server/roster/confirmations/funnel/rules.ts'
import {
  dueOf,
  isLatePublished,
  nextOf,
  nudgeHoursOf,
  shiftAfter,
  shiftMoves,
} from '../../../server/roster/confirmations/rules.ts'

const at = (text: string): Date => new Date(`2026-11-${text}:00+08:00`)
const HOURS = { confirmHours: 24, swapHours: 48 }

test('row 22: 24 hours run from delivery, and never beyond the start', () => {
  expect(dueOf(at('20T10:00'), at('30T22:00'), 24)).toEqual(at('21T10:00'))
  expect(dueOf(at('20T10:00'), at('20T22:00'), 24)).toEqual(at('20T22:00'))
})

test('row 22: reminders come 4, 12 and 20 hours after delivery, whatever order they were set in, then the end', () => {
  const asked = { deliveredAt: at('20T10:00'), dueAt: at('21T10:00') }
  const hours = nudgeHoursOf({ confirmNudgeFirst: 12, confirmNudgeSecond: 20, confirmNudgeThird: 4 })
  expect([0, 1, 2, 3].map((done) => nextOf(asked, done, hours))).toEqual([
    at('20T14:00'),
    at('20T22:00'),
    at('21T06:00'),
    at('21T10:00'),
  ])
  expect(nextOf({ deliveredAt: at('20T10:00'), dueAt: at('20T13:00') }, 0, hours)).toEqual(at('20T13:00'))
})

test('row 23: what was published less than 72 hours ahead is exempt from the 48 hours', () => {
  expect(isLatePublished(at('23T09:59'), at('20T10:00'), HOURS)).toBe(true)
  expect(isLatePublished(at('23T10:00'), at('20T10:00'), HOURS)).toBe(false)
})

test('the machine: nobody is taken out of a shift for not answering, and whoever gets it is asked anew', () => {
  expect(shiftAfter('notified', 'lapse')).toBe('unconfirmed')
  expect(shiftAfter('confirmed', 'lapse')).toBeNull()
  for (const state of ['notified', 'confirmed', 'swap_needed', 'unconfirmed'] as const) {
    expect(shiftAfter(state, 'reassign')).toBe('notified')
    expect(shiftAfter(state, 'check_in')).toBe('confirmed')
  }
  expect(shiftMoves.planned.publish).toBe('notified')
  expect(shiftMoves.planned.confirm).toBeUndefined()
})

test('the funnel narrows: who confirmed has seen it, who has seen it has got it', () => {
  const line = (staffId: string, state: 'notified' | 'confirmed' | 'swap_needed' | 'unconfirmed', seen = false) => ({
    staffId,
    state,
    deliveredAt: seen ? at('20T10:00') : null,
    seenAt: seen ? at('20T10:00') : null,
  })
  const lines = [
    line('1', 'confirmed'),
    line('1', 'confirmed', true),
    line('2', 'notified', true),
    line('3', 'notified'),
  ]
  expect(funnelOf(lines)).toEqual({ sent: 4, delivered: 3, seen: 3, confirmed: 2 })
  expect(byPerson([...lines, line('4', 'unconfirmed', true)]).map(({ need, staffId }) => `${need} ${staffId}`)).toEqual(
    ['unconfirmed 4', 'undelivered 3', 'waiting 2', 'confirmed 1'],
  )
})
