import { instant } from '../../events/event.ts'
import type { AbsenceId, ShiftId, StaffId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import { standInsFor } from '../../roster/judging.ts'
import { followShifts } from '../../roster/months/following/actions.ts'
import * as shifts from '../../roster/queries.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import * as missing from './queries.ts'

/** The grace after the start is over and nobody has come: the duty manager calls them, and has a list of who may stand in (row 25). */
export async function noteMissing(tx: Tx, id: ShiftId): Promise<void> {
  const shift = await shifts.lockShift(tx, id).catch(() => undefined)
  const { lateGraceMinutes } = await currentSettings(tx.db)
  if (!shift || tx.now < plus(shift.from, lateGraceMinutes * MINUTE) || tx.now >= shift.to) return
  if (await shifts.hasAttendance(tx.db, id)) return
  const absenceId = await missing.insertAbsence(tx, shift)
  if (!absenceId) return
  await announce(
    tx,
    'attendance.missing',
    { absenceId, shiftId: id, staffId: shift.staffId, startsAt: instant(shift.from) },
    { about: ['board', `duty:${shift.staffId}`] },
  )
}

/** The shift is over and they never came. Never before. */
export async function noteAbsent(tx: Tx, id: AbsenceId): Promise<void> {
  const found = await missing.lockAbsence(tx, id)
  if (found.cameAt || found.absentAt || found.to > tx.now) return
  await missing.setAbsent(tx, id)
  await announce(
    tx,
    'attendance.absent',
    { absenceId: id, staffId: found.staffId, replacedBy: null },
    { about: ['board', `duty:${found.staffId}`] },
  )
}

/**
 * The duty manager, or HR and the group where it is the duty manager who has not come, call somebody in: the rest of the shift is theirs from now on, and whoever was missing is absent. Only
 * who may legally stand in (row 25): where nobody may, HR puts somebody in by hand with a leader who answers for it (row 3).
 */
export async function replaceMissing(tx: Tx, id: AbsenceId, staffId: StaffId, zone: string): Promise<void> {
  need(tx, 'attendance.call_in')
  await shifts.lockRoster(tx)
  const person = await shifts.lockPerson(tx, staffId)
  if (!person?.active) throw new NotFound()
  const found = await missing.lockAbsence(tx, id)
  if (found.absentAt && found.replacedBy === staffId) return
  refuse(found.absentAt || found.cameAt ? refusal('attendance.not_missing') : null)
  if (!found.shiftId || found.to <= tx.now) throw refusal('attendance.shift_over')
  refuse(person.posts.includes(found.post) ? null : refusal('roster.not_qualified', {}, 'staff'))
  const rest = { from: found.from > tx.now ? found.from : tx.now, to: found.to }
  const others = await shifts.shiftsTouching(tx.db, rest, found.shiftId)
  refuse(others.some((one) => one.staffId === staffId) ? refusal('roster.overlap', {}, 'staff') : null)
  const shift = await shifts.getShift(tx.db, found.shiftId)
  const { eligible } = await standInsFor(tx.db, shift, { now: tx.now, zone })
  refuse(eligible.some((one) => one.staffId === staffId) ? null : refusal('attendance.substitute_barred', {}, 'staff'))
  await missing.setAbsent(tx, id, { replacedBy: staffId, decidedBy: staffOf(tx) })
  await shifts.setShift(tx, found.shiftId, { staffId, post: found.post })
  await announce(
    tx,
    'shift.changed',
    { shiftId: found.shiftId, staffId, from: found.staffId, startsAt: instant(found.from), endsAt: instant(found.to) },
    { about: ['roster', 'board', `duty:${staffId}`, `duty:${found.staffId}`] },
  )
  await announce(
    tx,
    'attendance.absent',
    { absenceId: id, staffId: found.staffId, replacedBy: staffId },
    { about: ['board'] },
  )
  await followShifts(tx, { nights: [found.night], why: 'replaced', zone })
}

/** Why an absence counts against nobody; another person's word, never one's own (row 55). */
export async function excuseAbsence(tx: Tx, id: AbsenceId, excuse: string): Promise<void> {
  need(tx, 'attendance.excuse')
  const found = await missing.lockAbsence(tx, id)
  refuse(found.staffId === staffOf(tx) ? refusal('attendance.own_excuse') : null)
  refuse(found.absentAt ? null : refusal('attendance.not_absent'))
  await missing.setExcused(tx, id, staffOf(tx), excuse.trim())
  await announce(
    tx,
    'attendance.excused',
    { absenceId: id, staffId: found.staffId, by: staffOf(tx) },
    { about: ['board'] },
  )
}
