import { expect, test } from 'vitest'
import { chatState, expectedWait, promiseOf } from '../../server/chat/rules.ts'
import { MINUTE } from '../../server/kernel/time.ts'
import { TICKET_STATES } from '../../server/tickets/rules.ts'

const zone = 'Asia/Shanghai'
const at = (local: string): Date => new Date(`${local}:00+08:00`)
const house = { formAnswerMinutes: 30, dayDeskStart: '08:30', zone }

test('what is left by day is answered half an hour after the night begins', () => {
  const promised = promiseOf({ ...house, now: at('2026-11-24T14:00'), opening: at('2026-11-24T22:00') })
  expect(promised).toEqual(at('2026-11-24T22:30'))
})

test('with no shift planned the day desk answers, when it next opens', () => {
  expect(promiseOf({ ...house, now: at('2026-11-24T02:14'), opening: null })).toEqual(at('2026-11-24T08:30'))
  expect(promiseOf({ ...house, now: at('2026-11-24T08:30'), opening: null })).toEqual(at('2026-11-25T08:30'))
})

test('a customer sees five states, and never that a request was none', () => {
  expect(new Set(TICKET_STATES.map(chatState))).toEqual(new Set(['new', 'queued', 'open', 'resolved', 'closed']))
  expect(chatState('spam')).toBe('closed')
})

test('the wait told is what is left of the median of those who have just been answered', () => {
  const waits = [4, 1, 2, 9, 3].map((minutes) => minutes * MINUTE)
  expect(expectedWait(waits, 0)).toBe(3)
  expect(expectedWait(waits, 1.5 * MINUTE)).toBe(2)
})

test('no wait is told from too few answers, nor to one who has waited longer already', () => {
  expect(expectedWait([MINUTE, MINUTE, MINUTE, MINUTE], 0)).toBeNull()
  expect(expectedWait(Array(9).fill(MINUTE), 2 * MINUTE)).toBeNull()
})
