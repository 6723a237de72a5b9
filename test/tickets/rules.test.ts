import { expect, test } from 'vitest'
import type { Post } from '../../server/kernel/capabilities.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import {
  subjectOf,
  TICKET_STATES,
  ticketMoves,
  whyNotReopen,
  whyNotResolve,
  whyNotTransferTo,
  whyNotUndo,
} from '../../server/tickets/rules.ts'

const now = new Date('2026-11-23T18:14:00Z')
const mei = '1' as StaffId
const zhou = '2' as StaffId
const described = { state: 'open', category_id: '3', need: 'Broadband back', result: 'Line restored' } as const

test('row 15: a ticket without category, need or result cannot be resolved', () => {
  expect(whyNotResolve({ ...described, category_id: null }, [])?.code).toBe('tickets.category_missing')
  expect(whyNotResolve({ ...described, need: null }, [])?.code).toBe('tickets.need_missing')
  expect(whyNotResolve({ ...described, result: null }, [])?.code).toBe('tickets.result_missing')
  expect(whyNotResolve(described, [])).toBeNull()
})

test('a ticket with a hold cannot be resolved, whoever set it', () => {
  expect(whyNotResolve(described, [{ kind: 'escalation' }])?.code).toBe('tickets.held.escalation')
})

test('a resolved ticket reopens for 72 hours and not a moment longer', () => {
  const closes = new Date('2026-11-26T18:14:00Z')
  const resolved = { state: 'resolved', closes_at: closes } as const
  expect(whyNotReopen(resolved, new Date(closes.getTime() - 1))).toBeNull()
  expect(whyNotReopen(resolved, closes)?.code).toBe('tickets.closed')
  expect(whyNotReopen({ state: 'closed', closes_at: closes }, now)?.code).toBe('tickets.closed')
})

test('a closed, merged or spam ticket is the end', () => {
  for (const state of ['closed', 'merged', 'spam'] as const) expect(ticketMoves[state]).toEqual({})
})

test('every arrow of the table leads to a state of the table', () => {
  for (const state of TICKET_STATES)
    for (const next of Object.values(ticketMoves[state])) expect(TICKET_STATES).toContain(next)
})

test('nobody transfers to themselves, to somebody who is not on post, or to somebody on a break', () => {
  const on = (post: Post, state: 'on_duty' | 'on_break' | 'extended' = 'on_duty') => ({ post, state })
  expect(whyNotTransferTo(mei, mei, on('service'))?.code).toBe('tickets.transfer_to_self')
  for (const duty of [null, on('guard'), on('service', 'extended')])
    expect(whyNotTransferTo(mei, zhou, duty)?.code).toBe('tickets.transfer_not_on_post')
  expect(whyNotTransferTo(mei, zhou, on('service', 'on_break'))?.code).toBe('tickets.transfer_on_break')
  for (const post of ['service', 'manager'] as const) expect(whyNotTransferTo(mei, zhou, on(post))).toBeNull()
})

test('a wrong resolve is taken back by whoever did it, for a minute, and not once the customer has rated', () => {
  const last = { staffId: mei, why: 'resolved', endedAt: new Date(now.getTime() - 30_000) }
  const undo = { last, by: mei, why: 'resolved', undoSeconds: 60, now, tooLate: false } as const
  expect(whyNotUndo(undo)).toBeNull()
  expect(whyNotUndo({ ...undo, by: zhou })?.code).toBe('tickets.undo_not_yours')
  expect(whyNotUndo({ ...undo, tooLate: true })?.code).toBe('tickets.undo_too_late')
  expect(whyNotUndo({ ...undo, undoSeconds: 29 })?.code).toBe('tickets.undo_too_late')
})

test('the subject is the first line of the question, cut at 80 letters and never inside one', () => {
  expect(subjectOf('  断网了\n光猫红灯')).toBe('断网了')
  expect(Array.from(subjectOf('😀'.repeat(200)))).toHaveLength(80)
})
