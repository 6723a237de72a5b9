import { describe, expect, test } from 'vitest'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { isWorkday, workdayAfter } from '../../../server/kernel/workdays.ts'
import {
  contestEndsAt,
  monthOf,
  nextMonth,
  shareOf,
  stateOf,
  whyNotContest,
  whyNotExclude,
  whyNotJudge,
} from '../../../server/tickets/ratings/standing/rules.ts'

const ZONE = 'Asia/Shanghai'
const given = { state: 'given', excluded: null, contested: false } as const
const ends = new Date('2026-12-04T00:00:00+08:00')
const now = new Date('2026-11-24T02:14:00+08:00')

describe('row 67: the days to contest a rating', () => {
  test('end with the third workday of the month after it arrived', () => {
    expect(contestEndsAt(new Date('2026-11-24T02:14:00+08:00'), 3, ZONE)).toEqual(ends)
  })
  test('know holidays and the days that make up for them: after a September the National Day lies in between', () => {
    expect(contestEndsAt(new Date('2026-09-10T02:00:00+08:00'), 3, ZONE)).toEqual(new Date('2026-10-11T00:00:00+08:00'))
    expect(isWorkday('2026-10-10')).toBe(true)
    expect(isWorkday('2026-10-01')).toBe(false)
  })
  test('a rating of the last night counts in the month in which it arrives, on the company’s clock', () => {
    expect(monthOf(new Date('2026-11-30T15:59:59Z'), ZONE)).toBe('2026-11')
    expect(monthOf(new Date('2026-11-30T16:00:00Z'), ZONE)).toBe('2026-12')
    expect(nextMonth('2026-12')).toBe('2027-01')
    expect(nextMonth('2027-01')).toBe('2027-02')
  })
  test('beyond the known list of holidays offices work from Monday to Friday', () => {
    expect(workdayAfter('2031-02-28', 3)).toBe('2031-03-05')
  })
})

describe('what stands of a rating', () => {
  test('it counts, is contested or is left out; being left out goes first', () => {
    expect(stateOf(given)).toBe('counted')
    expect(stateOf({ ...given, contested: true })).toBe('contested')
    expect(stateOf({ ...given, contested: true, excluded: 'price' })).toBe('excluded')
    expect(stateOf({ ...given, state: 'asked' })).toBe('asked')
  })
  test('it is contested once, by whom it is credited to, in time', () => {
    const mine = { ...given, mine: true, before: false, endsAt: ends }
    expect(whyNotContest(mine, now)).toBe(null)
    expect(whyNotContest({ ...mine, mine: false }, now)?.code).toBe('ratings.not_yours')
    expect(whyNotContest({ ...mine, before: true }, now)?.code).toBe('ratings.contested_already')
    expect(whyNotContest({ ...mine, excluded: 'policy' }, now)?.code).toBe('ratings.no_contest.excluded')
    expect(whyNotContest(mine, ends)?.code).toBe('ratings.contest_over')
  })
  test('a contested one is settled first, before somebody leaves it out of their own', () => {
    expect(whyNotExclude({ ...given, contested: true })?.code).toBe('ratings.contest_first')
    expect(whyNotExclude({ ...given, excluded: 'abuse' })?.code).toBe('ratings.no_exclusion.excluded')
    expect(whyNotExclude(given)).toBe(null)
  })
  test('nobody decides on themselves', () => {
    expect(whyNotJudge('7' as StaffId, ['7', '8'])?.code).toBe('ratings.own_part')
    expect(whyNotJudge('9' as StaffId, ['7', '8'])).toBe(null)
  })
  test('marks from 1 to 5 are shares from 0 to 1', () => {
    expect([1, 2, 3, 4, 5].map(shareOf)).toEqual([0, 0.25, 0.5, 0.75, 1])
  })
})
