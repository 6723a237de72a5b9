import { expect, test } from 'vitest'
import { type Accepted, chatState, expectedWait, promiseOf } from '../../server/chat/rules.ts'
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

/** Answers one after the other: who took it, how long after the one before, and how long they had stood in line. */
const night = (...answers: [by: string, turnMinutes: number, waitedMinutes: number][]): Accepted[] => {
  let now = 0
  return answers.map(([by, turn, waited]) => {
    now += turn * MINUTE
    return { by, queuedAt: now - waited * MINUTE, acceptedAt: now }
  })
}
const busy = night(['mei', 9, 9], ['wei', 1, 6], ['mei', 2, 7], ['wei', 2, 8], ['mei', 3, 9], ['wei', 4, 12])

test('the wait told is four in five turns of the queue at most, for each place', () => {
  // Turns of 1, 2, 2, 3, 4 and, for the first, of 9 minutes.
  expect(expectedWait({ able: 2, accepted: busy }, 1)).toBe(4)
  expect(expectedWait({ able: 2, accepted: busy }, 3)).toBe(12)
})

test('whoever comes to an empty queue has only their own turn', () => {
  const calm = night(...Array.from({ length: 6 }, (): [string, number, number] => ['mei', 40, 0.2]))
  expect(expectedWait({ able: 1, accepted: calm }, 1)).toBe(1)
})

test('fewer hands than took them make it longer, more make it shorter', () => {
  expect(expectedWait({ able: 1, accepted: busy }, 1)).toBe(8)
  expect(expectedWait({ able: 4, accepted: busy }, 1)).toBe(2)
})

test('only the last twenty tell, and the one before them begins their first turn', () => {
  const slow = Array.from({ length: 10 }, (): [string, number, number] => ['mei', 30, 30])
  const quick = Array.from({ length: 20 }, (): [string, number, number] => ['mei', 2, 60])
  expect(expectedWait({ able: 1, accepted: night(...slow, ...quick) }, 1)).toBe(2)
})

test('from fewer than five answers, or with nobody there, nothing can be said yet', () => {
  expect(expectedWait({ able: 2, accepted: busy.slice(0, 4) }, 1)).toBeNull()
  expect(expectedWait({ able: 0, accepted: busy }, 1)).toBeNull()
})
