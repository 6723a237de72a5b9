import type { SlipId, StaffId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import { getShift } from '../../roster/queries.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { ownAttendance } from '../attending.ts'
import { openCase } from '../cases/actions.ts'
import { takeBackPresence } from '../presence/actions.ts'
import * as attendance from '../queries.ts'
import * as slips from './queries.ts'

/**
 * REGULATION row 55: whoever leaves their post for a while names a colleague on duty who covers it, and goes when that
 * one has agreed. Nobody covers for themselves, or for somebody while away.
 */
export async function askLeave(tx: Tx, { coverId, reason }: { coverId: StaffId; reason: string }): Promise<void> {
  const open = await ownAttendance(tx)
  const { staffId } = open
  refuse(open.breakEndsBy ? refusal('attendance.away_already') : null)
  const cover = coverId === staffId ? undefined : await attendance.findOpenAttendance(tx.db, coverId)
  refuse(
    cover && !cover.breakEndsBy && cover.from <= tx.now ? null : refusal('attendance.cover_not_there', {}, 'cover'),
  )
  refuse((await slips.isCovering(tx.db, staffId)) ? refusal('attendance.covering') : null)
  if (await slips.findOpenSlip(tx.db, open.id)) return
  const slipId = await slips.insertSlip(tx, { attendanceId: open.id, coverId, reason: reason.trim() })
  await announce(tx, 'slip.asked', { slipId, staffId, coverId }, topics(staffId, coverId))
}

/** Nobody has answered yet: the request is taken back, and another can be asked. */
export async function withdrawLeave(tx: Tx): Promise<void> {
  need(tx, 'attendance.own')
  const staffId = staffOf(tx)
  await attendance.lockStaff(tx, staffId)
  const open = await attendance.findOpenAttendance(tx.db, staffId)
  const slip = open && (await slips.findOpenSlip(tx.db, open.id))
  if (slip?.state !== 'asked') return
  await slips.setSlip(tx, slip.id, { state: 'withdrawn' })
  const { id: slipId, coverId } = slip
  await announce(tx, 'slip.withdrawn', { slipId, staffId, coverId }, topics(staffId, coverId))
}

/** The colleague answers. From now on nothing is offered to whoever is away, for so many minutes. */
export async function answerLeave(tx: Tx, id: SlipId, covers: boolean): Promise<void> {
  need(tx, 'attendance.own')
  const found = await slips.getSlip(tx.db, id)
  if (found.coverId !== staffOf(tx)) throw new NotFound()
  await attendance.lockStaff(tx, found.staffId)
  const slip = await slips.getSlip(tx.db, id)
  if (slip.state !== 'asked') return
  if (!covers) {
    await slips.setSlip(tx, id, { state: 'declined' })
    return announce(
      tx,
      'slip.declined',
      { slipId: id, staffId: slip.staffId, coverId: slip.coverId },
      topics(slip.staffId, slip.coverId),
    )
  }
  const open = await attendance.findOpenAttendance(tx.db, slip.staffId)
  if (!open || open.id !== slip.attendanceId || open.breakEndsBy) {
    await slips.setSlip(tx, id, { state: 'withdrawn' })
    throw refusal('attendance.slip_over')
  }
  const { slipMinutes } = await currentSettings(tx.db)
  const breakId = await slips.storeAway(tx, slip.attendanceId, plus(tx.now, slipMinutes * MINUTE))
  await slips.setSlip(tx, id, { state: 'away', breakId })
  await takeBackPresence(tx, slip.attendanceId)
  await announce(
    tx,
    'slip.begun',
    { slipId: id, staffId: slip.staffId, coverId: slip.coverId },
    topics(slip.staffId, slip.coverId),
  )
}

/** Not back after the time of the slip: the duty manager goes and looks, and a case is opened (row 55). Once. */
export async function noteOverdue(tx: Tx, breakId: string): Promise<void> {
  const away = await slips.markOverdue(tx, breakId)
  if (!away) return
  await announce(tx, 'slip.overdue', away, { about: ['board', `duty:${away.staffId}`] })
  const { post } = await getShift(tx.db, away.shiftId)
  await openCase(tx, { ...away, post, origin: 'slip', breakId })
}

const topics = (staffId: StaffId, coverId: StaffId): { about: string[] } => ({
  about: ['board', `duty:${staffId}`, `duty:${coverId}`],
})
