import { expect, test } from 'vitest'
import type { Post, Rank } from '../../server/kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { monthGrid } from '../../server/roster/month.ts'
import { type Planned, startsAtNight, stretchOf, whyNotPlan, whyNotRemove } from '../../server/roster/rules.ts'

const now = new Date('2026-11-24T02:14:00+08:00')
const at = (text: string) => new Date(`${text}:00+08:00`)
const TOMORROW = { from: at('2026-11-24T22:00'), to: at('2026-11-25T06:00') }
const mei = { id: '1' as StaffId, rank: 'staff' as Rank, posts: ['service'] as Post[], active: true }
const zhou = { id: '2' as StaffId, rank: 'supervisor' as Rank, posts: ['service', 'manager'] as Post[], active: true }
const shift = (staffId: StaffId, post: Post, window = TOMORROW): Planned => ({
  id: '9' as ShiftId,
  staffId,
  post,
  ...window,
})
const lead = shift(zhou.id, 'manager')
const why = (one: Planned, person: typeof mei | undefined, others: Planned[] = [lead]) =>
  whyNotPlan(one, person, others, now)?.code

test('a shift begins at night by the night that the company has set, over midnight or not', () => {
  const usual = { nightStart: '22:00', nightEnd: '06:00' }
  expect(['22:00', '02:00', '06:00', '21:59'].map((start) => startsAtNight(start, usual))).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(startsAtNight('06:30', { nightStart: '23:00', nightEnd: '07:00' })).toBe(true)
  expect(startsAtNight('08:00', { nightStart: '00:00', nightEnd: '06:00' })).toBe(false)
})

test('an agent stands on a window that its duty manager leads', () => {
  expect(why(shift(mei.id, 'service'), mei)).toBeUndefined()
  expect(why(shift(mei.id, 'service'), mei, [])).toBe('roster.manager_first')
})

test('two managers one after the other lead one long window, with no gap between them', () => {
  const early = shift('3' as StaffId, 'manager', { from: TOMORROW.from, to: at('2026-11-25T02:00') })
  const late = shift('4' as StaffId, 'manager', { from: at('2026-11-25T02:00'), to: TOMORROW.to })
  const gap = { ...late, from: at('2026-11-25T02:01') }
  expect(why(shift(mei.id, 'service'), mei, [late, early])).toBeUndefined()
  expect(why(shift(mei.id, 'service'), mei, [early, gap])).toBe('roster.manager_first')
})

test('a window has exactly one duty manager, of rank 主管 or above', () => {
  expect(why(lead, zhou, [])).toBeUndefined()
  expect(why(lead, zhou, [shift('3' as StaffId, 'manager')])).toBe('roster.manager_there')
  expect(why(shift(mei.id, 'manager'), { ...mei, posts: ['manager'] }, [])).toBe('roster.rank_too_low')
  for (const rank of ['supervisor', 'manager', 'vice_president'] as const)
    expect(why(shift(zhou.id, 'manager'), { ...zhou, rank }, [])).toBeUndefined()
})

test('nobody stands on two windows that overlap; those that touch do not', () => {
  const others = [lead, shift(mei.id, 'service', { from: at('2026-11-24T14:00'), to: at('2026-11-24T22:00') })]
  expect(why(shift(mei.id, 'service'), mei, others)).toBeUndefined()
  const late = shift(mei.id, 'service', { from: at('2026-11-24T14:00'), to: at('2026-11-24T22:01') })
  expect(why(shift(mei.id, 'service'), mei, [lead, late])).toBe('roster.overlap')
})

test('a shift that is over, ends before it begins, lasts too long or wants another training is refused', () => {
  expect(why(shift(mei.id, 'guard'), mei)).toBe('roster.not_qualified')
  expect(why(shift(mei.id, 'service', { from: TOMORROW.to, to: TOMORROW.from }), mei)).toBe(
    'roster.ends_before_it_starts',
  )
  expect(why(shift(mei.id, 'service', { from: TOMORROW.from, to: at('2026-11-25T11:01') }), mei)).toBe(
    'roster.too_long',
  )
  const over = { from: at('2026-11-23T10:00'), to: at('2026-11-23T18:00') }
  expect(why(shift(mei.id, 'service', over), mei)).toBe('roster.over_already')
  expect(why(shift(mei.id, 'service'), { ...mei, active: false })).toBe('roster.person_gone')
  expect(why(shift(mei.id, 'service'), undefined)).toBe('roster.person_gone')
})

test('the manager of a window in which others stand is not taken out, and says how many', () => {
  const others = [shift(mei.id, 'service'), shift('5' as StaffId, 'guard')]
  expect(whyNotRemove(lead, others, now)).toMatchObject({ code: 'roster.manager_needed', details: { count: 2 } })
  expect(whyNotRemove(lead, [], now)).toBeNull()
  expect(whyNotRemove(shift(mei.id, 'service'), [lead], now)).toBeNull()
  expect(whyNotRemove({ ...lead, from: now }, [], now)?.code).toBe('roster.running')
})

test('the night is the date on which it begins: what begins at two in the morning is of the evening before', () => {
  const hours = { nightStart: '22:00', nightEnd: '06:00', zone: 'Asia/Shanghai' }
  const of = (start: string, end: string) => stretchOf('2026-11-23', { start, end }, hours)
  expect(of('22:00', '06:00')).toEqual({ kind: 'night', from: at('2026-11-23T22:00'), to: at('2026-11-24T06:00') })
  expect(of('02:00', '06:00')).toEqual({ kind: 'night', from: at('2026-11-24T02:00'), to: at('2026-11-24T06:00') })
  expect(of('20:00', '02:00')).toEqual({ kind: 'night', from: at('2026-11-23T20:00'), to: at('2026-11-24T02:00') })
  expect(of('06:00', '14:00')).toEqual({ kind: 'day', from: at('2026-11-23T06:00'), to: at('2026-11-23T14:00') })
  expect(of('14:00', '22:00')).toEqual({ kind: 'day', from: at('2026-11-23T14:00'), to: at('2026-11-23T22:00') })
})

test('on the night on which the clock goes back a shift is an hour longer, and still begins and ends by the wall clock', () => {
  const hours = { nightStart: '22:00', nightEnd: '06:00', zone: 'Europe/Berlin' }
  const { from, to } = stretchOf('2026-10-24', { start: '22:00', end: '06:00' }, hours)
  expect([from.toISOString(), to.toISOString()]).toEqual(['2026-10-24T20:00:00.000Z', '2026-10-25T05:00:00.000Z'])
})

test('a night that lacks somebody is lit from tonight on; nobody can be added to one that is over', () => {
  const { nights, sums } = monthGrid({ month: '2026-11', post: 'manager', tonight: '2026-11-24' }, [], [])
  expect(nights.filter(({ tonight }) => tonight).map(({ date }) => date)).toEqual(['2026-11-24'])
  const lit = sums[0]?.cells.filter(({ gap }) => gap).map(({ date }) => date)
  expect(lit).toEqual(['24', '25', '26', '27', '28', '29', '30'].map((day) => `2026-11-${day}`))
})
