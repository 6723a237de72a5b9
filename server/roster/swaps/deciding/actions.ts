import { instant } from '../../../events/event.ts'
import type { ShiftId, StaffId, SwapId } from '../../../kernel/ids.ts'
import { refuse } from '../../../kernel/refusal.ts'
import { need, staffOf } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { remain } from '../../confirmations/actions.ts'
import { followShifts } from '../../months/following/actions.ts'
import type { ShiftView } from '../../queries.ts'
import { end, facts, failRules, lockWhole, standing, topicsOf, whyNotHeaded } from '../actions.ts'
import type { Swap } from '../queries.ts'
import * as swaps from '../queries.ts'
import { isDecided, whyNotDecide, whyNotMoveSwap, whyNotReason } from '../rules.ts'

/**
 * HR says yes, and in an emergency the duty manager as well; with the last yes all hard rules are asked again and the
 * shifts change hands in the same transaction.
 */
export async function approveSwap(tx: Tx, id: SwapId, as: 'hr' | 'manager', zone: string): Promise<void> {
  need(tx, as === 'hr' ? 'roster.edit' : 'swap.emergency')
  const by = staffOf(tx)
  const whole = await lockWhole(tx, id)
  const { swap, shift, back } = whole
  if (swap.state === 'applied') return
  refuse(
    whyNotMoveSwap(swap.state, 'approve') ??
      whyNotDecide(swap, by, as) ??
      (await whyNotHeaded(tx, { ...whole, emergency: swap.emergency }, zone)),
  )
  const findings = await standing(tx, whole, zone)
  if (findings.length > 0) return failRules(tx, swap, findings)
  const decided = as === 'hr' ? { hr_by: by, hr_at: tx.now } : { manager_by: by, manager_at: tx.now }
  await swaps.setSwap(tx, id, decided)
  await announce(tx, 'swap.approved', { ...facts(swap), by, as }, topicsOf(swap))
  const now = await swaps.getSwap(tx.db, id)
  if (isDecided(now) && shift && swap.substituteId)
    await apply(tx, now, { shift, back, substituteId: swap.substituteId, zone })
}

/** HR or, in an emergency, the duty manager says no, and why. */
export async function rejectSwap(tx: Tx, id: SwapId, as: 'hr' | 'manager', answer: string): Promise<void> {
  need(tx, as === 'hr' ? 'roster.edit' : 'swap.emergency')
  const by = staffOf(tx)
  const { swap } = await lockWhole(tx, id)
  if (swap.state === 'hr_rejected') return
  refuse(whyNotMoveSwap(swap.state, 'reject') ?? whyNotDecide(swap, by, as) ?? whyNotReason(answer, 'answer'))
  await end(tx, swap, {
    state: 'hr_rejected',
    answer: answer.trim(),
    ...(as === 'hr' ? { hr_by: by, hr_at: tx.now } : { manager_by: by, manager_at: tx.now }),
  })
  await remain(tx, swap.shiftId)
  await announce(tx, 'swap.rejected', { ...facts(swap), by }, topicsOf(swap))
}

type Applying = { shift: ShiftView; back: ShiftView | null; substituteId: StaffId; zone: string }

async function apply(tx: Tx, swap: Swap, { shift, back, substituteId, zone }: Applying): Promise<void> {
  const gifts = [{ shift, to: substituteId }, ...(back ? [{ shift: back, to: swap.requesterId }] : [])]
  await changeHands(tx, gifts, zone)
  await swaps.setSwap(tx, swap.id, { state: 'applied', applied_at: tx.now, next_at: null, findings: [] })
  await announce(
    tx,
    'swap.applied',
    { ...facts(swap), shiftId: shift.id, backShiftId: back?.id ?? null },
    topicsOf(swap),
  )
}

type Gift = { readonly shift: ShiftView; readonly to: StaffId }
/** The shifts are the others' from now on, as a new version of the roster; whoever took one has said yes to it. */
export async function changeHands(tx: Tx, gifts: readonly Gift[], zone: string): Promise<void> {
  await swaps.giveShifts(
    tx,
    gifts.map(({ shift, to }) => ({ id: shift.id, to })),
  )
  await followShifts(tx, { nights: gifts.map(({ shift }) => shift.night), why: 'swap', zone })
  for (const { shift, to } of gifts) {
    await swaps.storeConfirmed(tx, shift.id as ShiftId, to)
    await announce(
      tx,
      'shift.changed',
      { shiftId: shift.id, staffId: to, from: shift.staffId, startsAt: instant(shift.from), endsAt: instant(shift.to) },
      { about: ['roster', 'board', `duty:${to}`, `duty:${shift.staffId}`] },
    )
  }
}
