import { expect, test } from 'vitest'
import {
  dueOf,
  ESCALATION_STATES,
  escalationMoves,
  isLate,
  isOpen,
  whyNotAnswer,
  whyNotSend,
} from '../../server/escalations/rules.ts'

const now = new Date('2026-11-23T18:14:00Z')
const soon = new Date('2026-11-23T20:00:00Z')
const words = { need: 'SSH times out', tried: 'Console works', contact: '+86 138 0013 8000', promisedAt: soon }
const staffed = { kind: 'department', handlers: 2, person: 'none' } as const

test('row 37: a request does not leave without need, what was tried, a contact and a promised time that is still to come', () => {
  expect(whyNotSend(words, staffed, now)).toBeNull()
  expect(whyNotSend({ ...words, need: ' ' }, staffed, now)?.field).toBe('need')
  expect(whyNotSend({ ...words, tried: '' }, staffed, now)?.field).toBe('tried')
  expect(whyNotSend({ ...words, contact: '' }, staffed, now)?.field).toBe('contact')
  expect(whyNotSend({ ...words, promisedAt: now }, staffed, now)?.code).toBe('escalations.promise_past')
})

test('nobody asks a department without people, a person who left or works elsewhere, or an empty post', () => {
  expect(whyNotSend(words, { ...staffed, handlers: 0 }, now)?.code).toBe('escalations.nobody_there')
  expect(whyNotSend(words, { ...staffed, person: 'gone' }, now)?.code).toBe('escalations.person_gone')
  expect(whyNotSend(words, { ...staffed, person: 'elsewhere' }, now)?.code).toBe('escalations.person_elsewhere')
  expect(whyNotSend(words, { kind: 'post', rostered: 0 }, now)?.code).toBe('escalations.nobody_on_post')
})

test('an answer without a result, or without words for the customer, is none', () => {
  expect(whyNotAnswer('accepted', { result: '', forCustomer: 'Works again' })?.field).toBe('result')
  expect(whyNotAnswer('accepted', { result: 'Port reset', forCustomer: ' ' })?.field).toBe('forCustomer')
  expect(whyNotAnswer('accepted', { result: 'Port reset', forCustomer: 'Works again' })).toBeNull()
  expect(whyNotAnswer('returned', { result: 'Port reset', forCustomer: 'Works again' })?.code).toBe(
    'escalations.not_now.answer',
  )
})

test('row 37: a hand-over is late after a quarter of an hour, and not at its last moment', () => {
  const decided = new Date('2026-11-23T18:00:00Z')
  expect(isLate(decided, new Date('2026-11-23T18:15:00Z'), 15)).toBe(false)
  expect(isLate(decided, new Date('2026-11-23T18:15:01Z'), 15)).toBe(true)
})

test('every way leads to an end, and no request is open for ever by its table', () => {
  for (const state of ESCALATION_STATES) {
    const seen = new Set([state])
    for (const at of seen) for (const next of Object.values(escalationMoves[at])) seen.add(next)
    expect([...seen].some((one) => Object.keys(escalationMoves[one]).length === 0)).toBe(true)
    if (isOpen(state)) expect(escalationMoves[state].withdraw).toBe('withdrawn')
  }
})

test('what a request runs against: hand-over, acceptance, then the promised time; and since when nobody has accepted', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 18, minute))
  const sent = { decidedAt: at(0), sentAt: at(5), acceptDueAt: at(35), promisedAt: at(59), step: 0 }
  const due = (one: Partial<Parameters<typeof dueOf>[0]>, minute: number) => {
    const found = dueOf({ state: 'sent', ...sent, ...one }, at(minute), 15)
    return found && [found.kind, found.at.getUTCMinutes(), found.tone]
  }
  expect(due({ state: 'decided', sentAt: null }, 5)).toEqual(['send', 15, 'quiet'])
  expect(due({ state: 'decided', sentAt: null }, 12)).toEqual(['send', 15, 'lamp'])
  expect(due({ state: 'decided', sentAt: null }, 16)).toEqual(['send', 15, 'bad'])
  expect(due({}, 6)).toEqual(['accept', 35, 'quiet'])
  expect(due({ step: 1, acceptDueAt: at(55) }, 40)).toEqual(['late', 5, 'bad'])
  expect(due({ state: 'accepted', step: 1 }, 40)).toEqual(['promised', 59, 'quiet'])
  expect(due({ state: 'told' }, 40)).toBeNull()
})
