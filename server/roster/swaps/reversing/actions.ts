import type { SwapId } from '../../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../../kernel/refusal.ts'
import { staffOf } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { facts, lockWhole, topicsOf, type Whole, whyNotHeaded } from '../actions.ts'
import { changeHands } from '../deciding/actions.ts'
import { judgeSwap } from '../judging.ts'
import * as swaps from '../queries.ts'
import { whyNotGive, whyNotMoveSwap } from '../rules.ts'

/** Before the start both may want it undone: the first asks, the second agrees, and the shifts go back where they were. */
export async function reverseSwap(tx: Tx, id: SwapId, zone: string): Promise<void> {
  const whole = await lockWhole(tx, id)
  const { swap } = whole
  const me = staffOf(tx)
  if (me !== swap.requesterId && me !== swap.substituteId) throw new NotFound()
  if (swap.state === 'reversed') return
  refuse(whyNotMoveSwap(swap.state, 'reverse') ?? whyNotBack(whole, tx.now))
  if (swap.reversalBy === me) return
  if (!swap.reversalBy) {
    await swaps.setSwap(tx, id, { reversal_by: me, reversal_at: tx.now })
    return announce(tx, 'swap.reversal_asked', { ...facts(swap), by: me }, topicsOf(swap))
  }
  await goBack(tx, whole, zone)
}

/** Not wanted after all: it stays as it was applied. */
export async function keepSwap(tx: Tx, id: SwapId): Promise<void> {
  const { swap } = await lockWhole(tx, id)
  const me = staffOf(tx)
  if (me !== swap.requesterId && me !== swap.substituteId) throw new NotFound()
  if (swap.state !== 'applied' || !swap.reversalBy) return
  await swaps.setSwap(tx, id, { reversal_by: null, reversal_at: null })
  await announce(tx, 'swap.kept', { ...facts(swap), by: me }, topicsOf(swap))
}

/** Both shifts still stand with whoever took them, and neither has begun. */
function whyNotBack({ swap, shift, back }: Whole, now: Date) {
  if (!shift || !swap.substituteId) return refusal('swaps.not_theirs')
  if (swap.backShiftId && !back) return refusal('swaps.not_theirs')
  return whyNotGive(shift, swap.substituteId, now) ?? (back ? whyNotGive(back, swap.requesterId, now) : null)
}

async function goBack(tx: Tx, { swap, shift, back }: Whole, zone: string): Promise<void> {
  if (!shift || !swap.substituteId) return
  refuse(await whyNotHeaded(tx, { emergency: false, shift, back }, zone))
  const findings = await judgeSwap(tx.db, { shift, substituteId: swap.requesterId, back }, { now: tx.now, zone })
  if (findings.length > 0) throw refusal('swaps.back_not_possible')
  const gifts = [{ shift, to: swap.requesterId }, ...(back ? [{ shift: back, to: swap.substituteId }] : [])]
  await changeHands(tx, gifts, zone)
  await swaps.setSwap(tx, swap.id, { state: 'reversed', ended_at: tx.now, next_at: null })
  await announce(tx, 'swap.reversed', facts(swap), topicsOf(swap))
}
