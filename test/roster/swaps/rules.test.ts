import { expect, test } from 'vitest'
import type { ShiftId, StaffId } from '../../../server/kernel/ids.ts'
import { substitutesFor } from '../../../server/roster/checker/substitutes.ts'
import { type Candidate, type Duty, findingsOf, type Place } from '../../../server/roster/swaps/eligibility/rules.ts'
import {
  expiresAt,
  isEmergency,
  isUrgent,
  swapMoves,
  whyNotAsk,
  whyNotDecide,
} from '../../../server/roster/swaps/rules.ts'
import { cell, person as crewed, monthOf } from '../../support/month.ts'

const LIMITS = { earlyMinutes: 15, restHours: 11, nightsInFour: 2, nightsInSeven: 3 }
const [mei, chen, nuo] = ['1', '2', '3'] as StaffId[] as [StaffId, StaffId, StaffId]
let duties = 0
const another = (): string => {
  duties += 1
  return `duty-${duties}`
}
const nightOf = (day: number): Duty => ({
  id: another(),
  night: `2026-12-${String(day).padStart(2, '0')}`,
  kind: 'night',
  from: new Date(`2026-12-${String(day).padStart(2, '0')}T22:00:00+08:00`),
  to: new Date(new Date(`2026-12-${String(day).padStart(2, '0')}T22:00:00+08:00`).getTime() + 8 * 3_600_000),
})
const place = (day: number): Place => ({ ...nightOf(day), post: 'service' })
const person = (id: StaffId, nights: readonly number[], more: Partial<Candidate> = {}): Candidate => ({
  id,
  name: id,
  nameEn: id,
  rank: 'staff',
  posts: ['service'],
  active: true,
  duties: nights.map(nightOf),
  ...more,
})
const codes = (one: Candidate, at: Place, out: string | null = null) =>
  findingsOf(one, at, out, LIMITS).map(({ code }) => code.replace('swaps.finding.', ''))

test('row 24: only those who may are offered: trained, of rank, rested, not two in four and not three in seven', () => {
  expect(codes(person(chen, []), place(10))).toEqual([])
  expect(codes(person(chen, [], { active: false }), place(10))).toEqual(['gone'])
  expect(codes(person(chen, [], { posts: ['guard'] }), place(10))).toEqual(['post'])
  expect(codes(person(chen, [], { posts: ['manager'] }), { ...place(10), post: 'manager' })).toEqual(['rank'])
  expect(codes(person(chen, [10]), place(10))).toEqual(['overlap'])
  expect(codes(person(chen, [9, 12]), place(10))).toEqual(['in_four'])
  expect(codes(person(chen, [5, 9, 11]), place(10))).toContain('in_four')
  expect(codes(person(chen, [4, 7, 9]), place(10))).toEqual(['in_four'])
  expect(codes(person(chen, [4, 6, 9]), place(10))).toEqual(['in_seven'])
})

test('rest is 11 hours with the 15 minutes of the handover', () => {
  const day = (from: string, to: string): Duty => ({
    id: 'd',
    night: '2026-12-10',
    kind: 'day',
    from: new Date(`2026-12-10T${from}:00+08:00`),
    to: new Date(`2026-12-10T${to}:00+08:00`),
  })
  expect(codes(person(chen, [], { duties: [day('04:00', '10:45')] }), place(10))).toEqual([])
  expect(codes(person(chen, [], { duties: [day('04:00', '10:46')] }), place(10))).toEqual(['rest'])
  expect(codes(person(chen, [], { duties: [day('14:00', '21:46')] }), place(10))).toEqual(['overlap'])
})

test('in a trade the shift that is given is not counted against whoever gives it', () => {
  const theirs = nightOf(11)
  const one = person(chen, [9], {})
  expect(codes({ ...one, duties: [...one.duties, theirs] }, place(10))).toEqual(['in_four'])
  expect(codes({ ...one, duties: [...one.duties, theirs] }, place(10), theirs.id)).toEqual([])
})

test('row 24: they are ordered by load, with their hours now and after', () => {
  const facts = monthOf([21, 22, 23].map((id) => crewed(id, ['service'])))
  const cells = [cell(10, 21), cell(2, 22), cell(20, 22), cell(2, 23)]
  const list = substitutesFor(facts, cells, cell(10, 21)).eligible
  expect(list.map(({ staffId, now, after }) => [staffId, now.nights, now.hours, after.hours])).toEqual([
    ['23', 1, 8.3, 16.5],
    ['22', 2, 16.5, 24.8],
  ])
})

const shift = (by: StaffId, day = 10) => ({ ...nightOf(day), id: String(day) as ShiftId, staffId: by })
const at = (text: string): Date => new Date(`2026-12-${text}:00+08:00`)
const asking = (more: object = {}) => ({
  shift: shift(mei),
  requesterId: mei,
  substituteId: chen,
  back: null,
  latePublished: false,
  backLate: false,
  hasProof: false,
  ...more,
})

test('row 23: 48 hours ahead; later only with proof; what was published late is exempt', () => {
  expect(whyNotAsk(asking(), at('08T22:00'), 48)).toBeNull()
  expect(whyNotAsk(asking(), at('08T22:01'), 48)?.code).toBe('swaps.proof_missing')
  expect(whyNotAsk(asking({ hasProof: true }), at('08T22:01'), 48)).toBeNull()
  expect(whyNotAsk(asking({ latePublished: true }), at('10T12:00'), 48)).toBeNull()
  expect(isEmergency(shift(mei), true, at('10T12:00'), 48)).toBe(false)
})

test('row 23: a trade is as near as the earlier of both shifts, unless that one was published late', () => {
  const trade = (more: object = {}) => asking({ shift: shift(mei, 20), back: shift(chen, 10), ...more })
  expect(whyNotAsk(trade(), at('08T22:00'), 48)).toBeNull()
  expect(whyNotAsk(trade(), at('08T22:01'), 48)?.code).toBe('swaps.proof_missing')
  expect(whyNotAsk(trade({ hasProof: true }), at('08T22:01'), 48)).toBeNull()
  expect(whyNotAsk(trade({ backLate: true }), at('08T22:01'), 48)).toBeNull()
  expect(isUrgent(trade({ latePublished: true }), at('08T22:01'), 48)).toBe(true)
})

test('a swap with oneself, of a past or running shift, or of somebody else’s is refused in words', () => {
  const code = (more: object, now = at('01T12:00')) => whyNotAsk(asking(more), now, 48)
  expect(code({ substituteId: mei })?.code).toBe('swaps.with_oneself')
  expect(code({ back: shift(mei) })?.field).toBe('back')
  expect(code({ back: shift(mei, 12) })).toMatchObject({ code: 'swaps.not_theirs', field: 'back' })
  expect(code({ shift: shift(chen) })?.code).toBe('swaps.not_theirs')
  expect(code({}, at('10T23:00'))?.code).toBe('swaps.running')
  expect(code({}, at('11T06:00'))?.code).toBe('swaps.over')
})

test('it lapses 24 hours before the earlier of both shifts; an emergency, or one of a late-published night, at its start', () => {
  const both = [shift(mei, 12), shift(chen, 10)]
  const plain = { emergency: false, latePublished: false, now: at('01T12:00') }
  expect(expiresAt(both, plain, 24)).toEqual(at('09T22:00'))
  expect(expiresAt(both, { ...plain, emergency: true }, 24)).toEqual(at('10T22:00'))
  expect(expiresAt(both, { ...plain, latePublished: true }, 24)).toEqual(at('10T22:00'))
})

test('nobody decides about their own, and an emergency takes two people', () => {
  const swap = { requesterId: mei, substituteId: chen, emergency: false, hrBy: null, managerBy: null }
  expect(whyNotDecide(swap, nuo, 'hr')).toBeNull()
  expect(whyNotDecide(swap, mei, 'hr')?.code).toBe('swaps.own')
  expect(whyNotDecide(swap, chen, 'hr')?.code).toBe('swaps.own')
  expect(whyNotDecide(swap, nuo, 'manager')?.code).toBe('swaps.not_managers')
  expect(whyNotDecide({ ...swap, emergency: true, hrBy: nuo }, nuo, 'manager')?.code).toBe('swaps.both_hands')
})

test('the machine is that of the regulation: every exit, and nothing after it', () => {
  expect(swapMoves.draft.pick).toBe('awaiting_substitute')
  expect(swapMoves.awaiting_substitute.accept).toBe('submitted')
  expect(swapMoves.submitted).toEqual({ pass_rules: 'hr_review', fail_rules: 'rules_failed' })
  expect(swapMoves.hr_review.approve).toBe('approved')
  expect(swapMoves.approved.apply).toBe('applied')
  expect(swapMoves.applied).toEqual({ reverse: 'reversed' })
  for (const end of ['substitute_declined', 'rules_failed', 'hr_rejected', 'withdrawn', 'expired', 'reversed'] as const)
    expect(swapMoves[end]).toEqual({})
})
