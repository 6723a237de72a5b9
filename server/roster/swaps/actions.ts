import type { ShiftId, StaffId, SwapId } from '../../kernel/ids.ts'
import { NotFound, type Refusal, refusal, refuse } from '../../kernel/refusal.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { remain } from '../confirmations/actions.ts'
import { findAsked } from '../confirmations/queries.ts'
import { whyNotLed } from '../judging.ts'
import { findMonth } from '../months/queries.ts'
import { isPublished } from '../months/rules.ts'
import { getShift, hasAttendance, lockRoster, type ShiftView } from '../queries.ts'
import { judgeSwap } from './judging.ts'
import type { Swap } from './queries.ts'
import * as swaps from './queries.ts'
import { expiresAt, isOpen, isUrgent, whyNotAsk, whyNotGive, whyNotMoveSwap, whyNotReason } from './rules.ts'

/** Somebody cannot: what they go on in stands ready, and lapses like any other. Said twice it is one. */
export async function draftSwap(tx: Tx, shiftId: ShiftId, requesterId: StaffId): Promise<void> {
  await lockRoster(tx)
  const shift = await getShift(tx.db, shiftId).catch(() => undefined)
  const asked = await findAsked(tx.db, shiftId)
  if (!shift || asked?.state !== 'swap_needed' || whyNotGive(shift, requesterId, tx.now)) return
  if (await swaps.findOther(tx.db, [shiftId], null)) return
  const { swapExpireHours } = await currentSettings(tx.db)
  const { latePublished } = asked
  const nextAt = expiresAt([shift], { emergency: false, latePublished, now: tx.now }, swapExpireHours)
  const id = await swaps.insertDraft(tx, { requesterId, shiftId, reason: asked.cannotReason ?? '', nextAt })
  if (id) await announce(tx, 'swap.drafted', { swapId: id, shiftId, requesterId }, topics(requesterId))
}

/** They can after all: what was only begun is not needed. */
export async function dropDraft(tx: Tx, shiftId: ShiftId, requesterId: StaffId): Promise<void> {
  const draft = await swaps.findDraft(tx.db, shiftId, requesterId)
  if (!draft) return
  await end(tx, await swaps.lockSwap(tx, draft.id), { state: 'withdrawn' })
  await announce(tx, 'swap.withdrawn', facts(draft), topicsOf(draft))
}

/** The shift is another's, or gone, by somebody else's hand: nobody decides about it any more. */
export async function endOfShift(tx: Tx, shiftId: ShiftId): Promise<void> {
  const other = await swaps.findOther(tx.db, [shiftId], null)
  if (!other) return
  const { swap, shift, back } = await lockWhole(tx, other.id)
  if (!isOpen(swap.state)) return
  const stands = shift && !whyNotGive(shift, swap.requesterId, tx.now)
  const backStands = !swap.backShiftId || (back && swap.substituteId && !whyNotGive(back, swap.substituteId, tx.now))
  if (!stands || !backStands) await failRules(tx, swap, GONE)
}

export type Asking = {
  readonly shiftId: ShiftId
  readonly substituteId: StaffId
  readonly backShiftId: ShiftId | null
  readonly reason: string
  readonly proof: { readonly file: string; readonly type: string; readonly name: string } | null
}

/** Asks one person to cover, or to trade; they accept in the product, and until it is applied the shift stays with whoever asked (rows 23 and 24). */
export async function askSwap(tx: Tx, asking: Asking, zone: string): Promise<SwapId> {
  const me = staffOf(tx)
  const { shiftId, substituteId, backShiftId, reason, proof } = asking
  await lockRoster(tx)
  await swaps.lockPeople(tx, [me, substituteId])
  await swaps.lockShifts(tx, [shiftId, backShiftId])
  const shift = await getShift(tx.db, shiftId)
  if (shift.staffId !== me) throw new NotFound()
  const draft = await swaps.findDraft(tx.db, shiftId, me)
  const back = backShiftId ? await getShift(tx.db, backShiftId) : null
  const latePublished = await isExempt(tx, shiftId)
  const backLate = backShiftId ? await isExempt(tx, backShiftId) : false
  const { swapHours, swapExpireHours } = await currentSettings(tx.db)
  const hasProof = proof !== null || draft?.proof != null
  const given = { shift, requesterId: me, substituteId, back, latePublished, backLate, hasProof }
  refuse(
    whyNotAsk(given, tx.now, swapHours) ??
      whyNotReason(reason, 'reason') ??
      (back ? await whyNotAcross(tx, shift, back) : null),
  )
  const other = await swaps.findOther(tx.db, [shiftId, ...(backShiftId ? [backShiftId] : [])], draft?.id ?? null)
  if (other) throw refusal(other.shiftId === shiftId ? 'swaps.open_already' : 'swaps.in_another')
  const judged = await judgeSwap(tx.db, { shift, substituteId, back }, { now: tx.now, zone })
  if (judged.length > 0) throw refusal('swaps.not_eligible', {}, 'substitute')
  const emergency = isUrgent(given, tx.now, swapHours)
  refuse(await whyNotHeaded(tx, { emergency, shift, back }, zone))
  const windows = back ? [shift, back] : [shift]
  const id = draft?.id ?? (await insertOne(tx, shift, me, reason))
  await swaps.setSwap(tx, id, {
    state: 'awaiting_substitute',
    substitute_id: substituteId,
    back_shift_id: backShiftId,
    emergency,
    reason: reason.trim(),
    asked_at: tx.now,
    next_at: expiresAt(windows, { emergency, latePublished, now: tx.now }, swapExpireHours),
    ...(proof ? { proof_file: proof.file, proof_type: proof.type, proof_name: proof.name } : {}),
  })
  await announce(tx, 'swap.asked', { ...about(id, me, substituteId), emergency }, topics(me, substituteId))
  return id
}

/** A trade over the end of a month wants both published: what is not may still be another's. */
async function whyNotAcross(tx: Tx, shift: ShiftView, back: ShiftView): Promise<Refusal | null> {
  const months = [...new Set([shift, back].map(({ night }) => night.slice(0, 7)))]
  if (months.length < 2) return null
  const found = await Promise.all(months.map((month) => findMonth(tx.db, month)))
  return found.every((month) => month && isPublished(month)) ? null : refusal('swaps.not_published', {}, 'back')
}

/**
 * Row 5: a roster that nobody heads is not changed, as it is not published. An emergency is somebody who cannot come: that is
 * no plan, so it goes on, and the night is named on the board.
 */
export const whyNotHeaded = async (
  tx: Tx,
  { emergency, shift, back }: { emergency: boolean; shift: ShiftView | null; back: ShiftView | null },
  zone: string,
): Promise<Refusal | null> =>
  emergency
    ? null
    : whyNotLed(
        tx.db,
        [shift, back].flatMap((one) => one?.night ?? []),
        { now: tx.now, zone },
      )

async function insertOne(tx: Tx, shift: ShiftView, requesterId: StaffId, reason: string): Promise<SwapId> {
  const id = await swaps.insertDraft(tx, { requesterId, shiftId: shift.id, reason, nextAt: shift.from })
  if (!id) throw refusal('swaps.open_already')
  return id
}

/** The substitute says yes; the rules are asked at once, then HR has it. */
export async function acceptSwap(tx: Tx, id: SwapId, zone: string): Promise<void> {
  const whole = await lockWhole(tx, id)
  const { swap } = whole
  if (swap.substituteId !== staffOf(tx)) throw new NotFound()
  if (swap.state === 'hr_review') return
  refuse(
    whyNotMoveSwap(swap.state, 'accept') ?? (await whyNotHeaded(tx, { ...whole, emergency: swap.emergency }, zone)),
  )
  const findings = await standing(tx, whole, zone)
  if (findings.length > 0) return failRules(tx, swap, findings)
  await swaps.setSwap(tx, id, { state: 'hr_review', accepted_at: tx.now, findings: [] })
  await announce(tx, 'swap.accepted', { ...facts(swap), emergency: swap.emergency }, topicsOf(swap))
}

/** The substitute says no, or, while nobody has decided, not any more. */
export async function declineSwap(tx: Tx, id: SwapId, answer: string): Promise<void> {
  const { swap } = await lockWhole(tx, id)
  if (swap.substituteId !== staffOf(tx)) throw new NotFound()
  if (swap.state === 'substitute_declined') return
  refuse(whyNotMoveSwap(swap.state, 'decline'))
  await end(tx, swap, { state: 'substitute_declined', answer: answer.trim() || null })
  await announce(tx, 'swap.declined', facts(swap), topicsOf(swap))
}

/** Whoever asked does not want it any more. */
export async function withdrawSwap(tx: Tx, id: SwapId): Promise<void> {
  const { swap } = await lockWhole(tx, id)
  if (swap.requesterId !== staffOf(tx)) throw new NotFound()
  if (swap.state === 'withdrawn') return
  refuse(whyNotMoveSwap(swap.state, 'withdraw'))
  await end(tx, swap, { state: 'withdrawn' })
  await announce(tx, 'swap.withdrawn', facts(swap), topicsOf(swap))
}

/** Its time is over and nobody has approved it: the shift stays with whoever had it, and HR speaks with them. */
export async function expireSwap(tx: Tx, id: SwapId): Promise<void> {
  const { swap } = await lockWhole(tx, id)
  if (!swap.nextAt || swap.nextAt > tx.now) return
  if (!isOpen(swap.state)) return void (await swaps.setSwap(tx, id, { next_at: null }))
  await end(tx, swap, { state: 'expired' })
  await remain(tx, swap.shiftId)
  await announce(tx, 'swap.expired', facts(swap), topicsOf(swap))
}

export type Whole = { readonly swap: Swap; readonly shift: ShiftView | null; readonly back: ShiftView | null }

/** Roster, people, shifts, then the swap: everybody who changes shifts waits in this order. */
export async function lockWhole(tx: Tx, id: SwapId): Promise<Whole> {
  const seen = await swaps.getSwap(tx.db, id)
  await lockRoster(tx)
  await swaps.lockPeople(tx, [seen.requesterId, seen.substituteId])
  await swaps.lockShifts(tx, [seen.shiftId, seen.backShiftId])
  const swap = await swaps.lockSwap(tx, id)
  const find = (shiftId: ShiftId) => getShift(tx.db, shiftId).catch(() => null)
  return {
    swap,
    shift: await find(swap.shiftId),
    back: swap.backShiftId ? await find(swap.backShiftId) : null,
  }
}

/** Everything that does not let it be, as of now: the shifts themselves, then all hard rules for whoever would stand in them. */
export async function standing(tx: Tx, { swap, shift, back }: Whole, zone: string): Promise<Swap['findings']> {
  if (!shift) return GONE
  const given = whyNotGive(shift, swap.requesterId, tx.now)
  const other = swap.backShiftId
    ? back
      ? whyNotGive(back, swap.substituteId ?? swap.requesterId, tx.now)
      : refusal('swaps.not_theirs')
    : null
  const wrong = given ?? other
  if (wrong) return [{ code: wrong.code.replace('swaps.', 'swaps.finding.'), values: {} }]
  if (await hasAttendance(tx.db, shift.id)) return [{ code: 'swaps.finding.running', values: {} }]
  return judgeSwap(tx.db, { shift, substituteId: swap.substituteId ?? swap.requesterId, back }, { now: tx.now, zone })
}
const GONE: Swap['findings'] = [{ code: 'swaps.finding.not_theirs', values: {} }]

/** The rules do not let it be; each is told in words. */
export async function failRules(tx: Tx, swap: Swap, findings: Swap['findings']): Promise<void> {
  await end(tx, swap, { state: 'rules_failed', findings })
  await announce(tx, 'swap.rules_failed', { ...facts(swap), count: findings.length }, topicsOf(swap))
}

type End = Parameters<typeof swaps.setSwap>[2]
export const end = (tx: Tx, { id }: Swap, change: End) =>
  swaps.setSwap(tx, id, { ...change, ended_at: tx.now, next_at: null })

/** Published too late for 48 hours: exempt (trap a of the regulation). What was never published has no such clock either. */
export async function isExempt(tx: Pick<Tx, 'db'>, shiftId: ShiftId): Promise<boolean> {
  return (await findAsked(tx.db, shiftId))?.latePublished ?? false
}

const about = (swapId: SwapId, requesterId: StaffId, substituteId: StaffId | null) => ({
  swapId,
  requesterId,
  substituteId,
})
export const facts = ({ id, requesterId, substituteId }: Swap) => about(id, requesterId, substituteId)
const topics = (...people: (StaffId | null)[]): { about: string[] } => ({
  about: ['roster', 'swaps', ...people.flatMap((one) => (one ? [`night:${one}`] : []))],
})
export const topicsOf = ({ requesterId, substituteId }: Swap) => topics(requesterId, substituteId)
