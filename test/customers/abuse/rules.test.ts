import { expect, test } from 'vitest'
import {
  abuseMoves,
  heldUntil,
  upheldBy,
  whyNotAnswerAppeal,
  whyNotConfirm,
  whyNotSoLong,
} from '../../../server/customers/abuse/rules.ts'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { after } from '../../../server/kernel/machine.ts'
import { DEFAULTS, whyNotTogether } from '../../../server/settings/rules.ts'

const [lin, chen, gao, lan] = ['1', '2', '3', '4'] as StaffId[] as [StaffId, StaffId, StaffId, StaffId]
const proposed = { state: 'limited', proposedBy: chen, confirmedBy: null, appealedAt: null, answeredAt: null } as const
const appealed = {
  state: 'banned',
  proposedBy: chen,
  confirmedBy: gao,
  appealedAt: new Date(1),
  answeredAt: null,
} as const

test('one step after the other: nobody is banned who was not limited, nobody limited who was not warned', () => {
  expect(after(abuseMoves, 'flagged', 'limit')).toBeUndefined()
  expect(after(abuseMoves, 'flagged', 'ban')).toBeUndefined()
  expect(after(abuseMoves, 'warned', 'ban')).toBeUndefined()
  expect(after(abuseMoves, 'limited', 'ban')).toBe('banned')
})

test('whatever is in force ends: a warning, a limit and a ban each lapse and can each be lifted', () => {
  for (const state of ['warned', 'limited', 'banned'] as const)
    expect([abuseMoves[state].expire, abuseMoves[state].lift]).toEqual(['lifted', 'lifted'])
})

test('a ban is confirmed by neither who proposed it nor who flagged', () => {
  expect(whyNotConfirm(proposed, chen, [lin])?.code).toBe('abuse.own_proposal')
  expect(whyNotConfirm(proposed, lin, [lin])?.code).toBe('abuse.own_flag')
  expect(whyNotConfirm(proposed, gao, [lin])).toBeNull()
})

test('an appeal is answered by nobody who had a part in the ban, and once', () => {
  for (const one of [chen, gao, lin]) expect(whyNotAnswerAppeal(appealed, one, [lin])?.code).toBe('abuse.own_decision')
  expect(whyNotAnswerAppeal(appealed, lan, [lin])).toBeNull()
  expect(whyNotAnswerAppeal({ ...appealed, answeredAt: new Date(2) }, lan, [lin])?.code).toBe('abuse.not_now.uphold')
})

test('a length is a whole number between one and the most that the company allows', () => {
  for (const wrong of [0, 31, 1.5, Number.NaN])
    expect(whyNotSoLong(wrong, 30, 'days')?.code).toBe('abuse.out_of_bounds')
  expect(whyNotSoLong(30, 30, 'days')).toBeNull()
})

test('a limit holds while a ban is proposed over it, and never shorter than it was', () => {
  const now = new Date('2026-11-24T02:00:00Z')
  expect(heldUntil(new Date('2026-11-24T03:00:00Z'), now, 24)).toEqual(new Date('2026-11-25T02:00:00Z'))
  expect(heldUntil(new Date('2026-11-27T02:00:00Z'), now, 24)).toEqual(new Date('2026-11-27T02:00:00Z'))
})

test('nobody takes out of the appraisal what they flagged themselves', () => {
  const flags = [
    { ticketId: '7', flaggedBy: lin },
    { ticketId: '8', flaggedBy: chen },
  ]
  expect(upheldBy(flags, chen)).toEqual(['7'])
})

test('what a measure usually lasts is never longer than the most that is allowed', () => {
  const codes = (change: Partial<typeof DEFAULTS>) =>
    whyNotTogether({ ...DEFAULTS, ...change }).map(({ field }) => field)
  expect(codes({})).toEqual([])
  expect(codes({ abuseLimitHours: 100 })).toEqual(['abuseLimitHours'])
  expect(codes({ abuseBanDays: 40 })).toEqual(['abuseBanDays'])
})
