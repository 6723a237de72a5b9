import { instant } from '../../events/event.ts'
import type { CorrectionId, ShiftId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import { getShift, lockShift, type ShiftView } from '../../roster/queries.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { lockStaff } from '../queries.ts'
import { arrivalOf } from '../rules.ts'
import * as corrections from './queries.ts'
import { type Corrected, isLocked, whyNotAsk, whyNotDecide, whyNotTime } from './rules.ts'

type Words = { readonly what: Corrected; readonly at: Date; readonly reason: string }

/**
 * "I was there at a quarter to ten": a request about one's own shift, which somebody else decides. What was recorded stays.
 * In time, and so often in a month; the same again while one waits is one.
 */
export async function askCorrection(tx: Tx, shiftId: ShiftId, { what, at, reason }: Words): Promise<void> {
  need(tx, 'attendance.own')
  const by = staffOf(tx)
  await lockStaff(tx, by)
  const shift = await lockShift(tx, shiftId)
  if (shift.staffId !== by) throw new NotFound()
  const { recordLockHours, correctionsAMonth } = await currentSettings(tx.db)
  const used = await corrections.countOfMonth(tx.db, by, shift.night.slice(0, 7))
  const locked = isLocked(shift, recordLockHours, tx.now)
  refuse(whyNotTime(shift, { what, at }, await corrections.timesOf(tx.db, shiftId), tx.now))
  refuse(whyNotAsk({ locked, hours: recordLockHours, used, most: correctionsAMonth }))
  const id = await corrections.insertCorrection(tx, { shiftId, staffId: by, what, at, reason: reason.trim(), by })
  if (!id) throw refusal('attendance.asked_already')
  await announce(tx, 'correction.asked', { ...about(id, shift), what, at: instant(at) }, topicsOf(shift))
}

/** HR adds to somebody else's record, also to one that is locked, by name and with a reason. */
export async function addCorrection(tx: Tx, shiftId: ShiftId, { what, at, reason }: Words): Promise<void> {
  need(tx, 'attendance.excuse')
  const by = staffOf(tx)
  const shift = await lockShift(tx, shiftId)
  refuse(shift.staffId === by ? refusal('attendance.own_case') : null)
  refuse(whyNotTime(shift, { what, at }, await corrections.timesOf(tx.db, shiftId), tx.now))
  const arrived = await arrivedBy(tx, shift, { what, at })
  const one = { shiftId, staffId: shift.staffId, what, at, reason: reason.trim(), by }
  const id = await corrections.insertCorrection(tx, one, { arrived })
  if (!id) throw refusal('attendance.asked_already')
  const payload = { ...about(id, shift), what, at: instant(at), by, outcome: 'approved' as const }
  await announce(tx, 'correction.decided', payload, topicsOf(shift))
}

/** Duty manager or HR; once the record is locked, HR. Never the person themselves. */
export async function decideCorrection(
  tx: Tx,
  id: CorrectionId,
  { outcome, answer }: { outcome: 'approved' | 'refused'; answer: string },
): Promise<void> {
  need(tx, 'attendance.decide')
  const by = staffOf(tx)
  const one = await corrections.lockCorrection(tx, id)
  if (one.state === outcome && one.decider) return
  const { recordLockHours } = await currentSettings(tx.db)
  const isHr = tx.actor.capabilities.has('attendance.excuse')
  refuse(whyNotDecide(one, { id: by, isHr, locked: isLocked(one, recordLockHours, tx.now) }))
  refuse(outcome === 'refused' && answer.trim() === '' ? refusal('attendance.why_refused', {}, 'answer') : null)
  const shift = await getShift(tx.db, one.shiftId)
  const arrived = outcome === 'approved' ? await arrivedBy(tx, shift, one) : null
  await corrections.setDecision(tx, id, { by, state: outcome, answer: answer.trim() || null }, arrived)
  const payload = { ...about(id, shift), what: one.what, at: instant(one.at), by, outcome }
  await announce(tx, 'correction.decided', payload, topicsOf(shift))
}

/** Taken back while nobody has decided. */
export async function withdrawCorrection(tx: Tx, id: CorrectionId): Promise<void> {
  const one = await corrections.lockCorrection(tx, id)
  if (one.staffId !== staffOf(tx)) throw new NotFound()
  if (one.state === 'withdrawn') return
  refuse(one.state === 'asked' ? null : refusal('attendance.case_decided'))
  await corrections.setWithdrawn(tx, id)
  await announce(
    tx,
    'correction.withdrawn',
    { correctionId: id, shiftId: one.shiftId, staffId: one.staffId },
    topicsOf(one),
  )
}

async function arrivedBy(tx: Tx, shift: ShiftView, { what, at }: { what: Corrected; at: Date }) {
  if (what === 'left') return null
  return arrivalOf(shift.from, at, (await currentSettings(tx.db)).earlyMinutes)
}

const about = (id: CorrectionId, { id: shiftId, staffId }: ShiftView) => ({ correctionId: id, shiftId, staffId })
const topicsOf = ({ staffId }: Pick<ShiftView, 'staffId'>): { about: string[] } => ({
  about: ['board', `duty:${staffId}`],
})
