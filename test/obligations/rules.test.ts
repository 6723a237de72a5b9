import { expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { done, undone, whyNotExcuse } from '../../server/obligations/rules.ts'

const at = (time: string): Date => new Date(`2026-11-24T${time}:00+08:00`)
const ROUND = { dueAt: at('01:00'), graceMinutes: 10, missedAt: at('02:00') }
const OPEN = { state: 'due' as const, doneAt: null }
const mei = '1' as StaffId
const zhou = '2' as StaffId

test('what is not done is due until its grace is over, then late, and missed once the next one is due', () => {
  expect(undone(ROUND, at('01:09'))).toEqual({ state: 'due', doneAt: null, nextAt: at('01:10') })
  expect(undone(ROUND, at('01:10'))).toEqual({ state: 'late', doneAt: null, nextAt: at('02:00') })
  expect(undone(ROUND, at('02:00'))).toEqual({ state: 'missed', doneAt: null, nextAt: null })
})

test('what nobody gives up stays late until it is done', () => {
  expect(undone({ ...ROUND, missedAt: null }, at('05:00'))).toEqual({ state: 'late', doneAt: null, nextAt: null })
})

test('done in time and grace is done, after it late; what was missed stays missed and keeps that it was done after all', () => {
  expect(done(ROUND, OPEN, at('00:50')).state).toBe('done')
  expect(done(ROUND, OPEN, at('01:10')).state).toBe('done')
  expect(done(ROUND, OPEN, at('01:11')).state).toBe('late')
  expect(done(ROUND, { state: 'missed', doneAt: null }, at('03:00'))).toEqual({
    state: 'missed',
    doneAt: at('03:00'),
    nextAt: null,
  })
})

test('an act that is heard late counts at its own instant, whatever the ticker has said meanwhile', () => {
  expect(done(ROUND, { state: 'late', doneAt: null }, at('01:05')).state).toBe('done')
})

test('done twice is once, and what was excused stays excused', () => {
  const first = done(ROUND, OPEN, at('00:50'))
  expect(done(ROUND, first, at('03:00'))).toEqual(first)
  expect(done(ROUND, { state: 'excused', doneAt: null }, at('03:00')).state).toBe('excused')
})

test('nobody excuses themselves, nothing without a reason, and only what went wrong', () => {
  const why = { reason: '雷雨，巡逻暂停', link: '/incidents/4' }
  const missed = { state: 'missed' as const, staffId: mei }
  expect(whyNotExcuse(missed, zhou, why)).toBeNull()
  expect(whyNotExcuse({ ...missed, staffId: null }, zhou, { ...why, link: '' })).toBeNull()
  expect(whyNotExcuse(missed, mei, why)?.code).toBe('obligations.own')
  expect(whyNotExcuse(missed, zhou, { ...why, reason: ' ' })?.field).toBe('reason')
  expect(whyNotExcuse(missed, zhou, { ...why, link: 'javascript:alert(1)' })?.field).toBe('link')
  expect(whyNotExcuse(missed, zhou, { ...why, link: '//elsewhere.example' })?.field).toBe('link')
  expect(whyNotExcuse({ ...missed, state: 'due' }, zhou, why)?.code).toBe('obligations.not_to_excuse.due')
})
