import fc from 'fast-check'
import { expect, test } from 'vitest'
import { whyNotDecide } from '../../server/attendance/cases/rules.ts'
import { laterThan, plannedIn, QUIET_MINUTES } from '../../server/attendance/presence/rules.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { MINUTE, minutesBetween, plus } from '../../server/kernel/time.ts'

const FROM = new Date('2026-11-23T22:00:00+08:00')

test('row 55: questions are drawn within the shift, apart from each other, and as many as the shift has room for', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 0, max: 6 }),
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 6, maxLength: 6 }),
      (minutes, count, chances) => {
        const window = { from: FROM, to: plus(FROM, minutes * MINUTE) }
        let at = 0
        const times = plannedIn(window, { count, answerMinutes: 10 }, () => chances[at++ % chances.length] ?? 0)
        expect(times.length).toBeLessThanOrEqual(count)
        if (minutes >= 200) expect(times).toHaveLength(count)
        times.forEach((time, n) => {
          expect(minutesBetween(window.from, time)).toBeGreaterThanOrEqual(QUIET_MINUTES - 1e-6)
          expect(minutesBetween(time, window.to)).toBeGreaterThanOrEqual(10 - 1e-6)
          const before = times[n - 1]
          if (before) expect(minutesBetween(before, time)).toBeGreaterThanOrEqual(QUIET_MINUTES - 1e-3)
        })
      },
    ),
  )
})

test('a question that is put off comes a little later, and not at all where its time would end after the shift', () => {
  const to = plus(FROM, 60 * MINUTE)
  expect(laterThan(FROM, to, 10, () => 0)).toEqual(plus(FROM, 5 * MINUTE))
  expect(laterThan(plus(FROM, 46 * MINUTE), to, 10, () => 0)).toBeUndefined()
})

test('row 55: that somebody left their post is decided after they were heard, by somebody else; that they were there, at once', () => {
  const [mei, zhou] = ['1', '2'] as StaffId[] as [StaffId, StaffId]
  const one = {
    state: 'suspected' as const,
    staffId: mei,
    openedBy: null,
    statement: null,
    statementDueAt: plus(FROM, 60 * MINUTE),
  }
  const why = (change: object, by: StaffId, outcome: 'on_duty' | 'left_post', now = FROM) =>
    whyNotDecide({ ...one, ...change }, { by, outcome, now })?.code ?? null
  expect(why({}, mei, 'on_duty')).toBe('attendance.own_case')
  expect(why({}, zhou, 'left_post')).toBe('attendance.not_heard')
  expect(why({}, zhou, 'left_post', one.statementDueAt)).toBeNull()
  expect(why({ statement: 'I was there' }, zhou, 'left_post')).toBeNull()
  expect(why({}, zhou, 'on_duty')).toBeNull()
  expect(why({ openedBy: zhou, statement: 'x' }, zhou, 'left_post')).toBe('attendance.case_of_yours')
  expect(why({ state: 'on_duty' }, zhou, 'left_post')).toBe('attendance.case_decided')
})
