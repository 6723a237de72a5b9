import { instant } from '../events/event.ts'
import type { AttendanceId, ShiftId, StaffId } from '../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../kernel/refusal.ts'
import { MINUTE, plus } from '../kernel/time.ts'
import { settle } from '../obligations/actions.ts'
import { need, staffOf } from '../platform/actor.ts'
import { announce } from '../platform/transaction.ts'
import { getShift, lockShift } from '../roster/queries.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { countWrongCodes } from './arrivals/queries.ts'
import { ownAttendance } from './attending.ts'
import { type Gate, proofGate, whyNotThrough } from './gates.ts'
import { noteCame } from './missing/queries.ts'
import { placeOfCode } from './places/codes.ts'
import { openPlaces } from './places/queries.ts'
import { endPresence, planPresence, takeBackPresence } from './presence/actions.ts'
import * as attendance from './queries.ts'
import { arrivalOf, WRONG_CODES, whyNotBreak, whyNotCheckIn } from './rules.ts'
import { endSlips, isCovering } from './slips/queries.ts'
import { holdPost, relieve } from './stays/actions.ts'
import { endStay } from './stays/queries.ts'

/** What shows that somebody is there. */
export type Proof = { readonly how: 'button' | 'office' } | { readonly how: 'code'; readonly code: string }

/** By a press and what shows that somebody is there, and past which gates. */
export type Coming = { readonly proof?: Proof; readonly gates?: readonly Gate[] }

/** One press goes on post for one's own shift. Twice is once; coming back to a shift one has left is allowed. */
export async function checkIn(
  tx: Tx,
  shiftId: ShiftId,
  { proof = { how: 'button' }, gates = [proofGate] }: Coming = {},
): Promise<void> {
  need(tx, 'attendance.own')
  await arrive(tx, shiftId, staffOf(tx), { shown: await shownBy(tx, proof), gates })
}

/** The duty manager sees that a colleague is there, and says so: never of themselves. */
export async function witnessCheckIn(tx: Tx, shiftId: ShiftId, gates: readonly Gate[] = [proofGate]): Promise<void> {
  need(tx, 'attendance.lead')
  const { staffId } = await getShift(tx.db, shiftId)
  if (staffId === staffOf(tx)) throw refusal('attendance.own_witness')
  await arrive(tx, shiftId, staffId, { shown: { how: 'witness', placeId: null, witnessId: staffOf(tx) }, gates })
}

async function shownBy(tx: Tx, proof: Proof): Promise<attendance.Shown> {
  if (proof.how !== 'code') return { how: proof.how, placeId: null, witnessId: null }
  const since = plus(tx.now, -WRONG_CODES.minutes * MINUTE)
  const wrong = await countWrongCodes(tx.db, staffOf(tx), since)
  refuse(
    wrong >= WRONG_CODES.most ? refusal('attendance.too_many_codes', { minutes: WRONG_CODES.minutes }, 'code') : null,
  )
  const place = placeOfCode(await openPlaces(tx.db), proof.code, tx.now)
  if (!place) throw refusal('attendance.wrong_code', {}, 'code')
  return { how: 'code', placeId: place.id, witnessId: null }
}

type Arriving = { readonly shown: attendance.Shown; readonly gates: readonly Gate[] }

async function arrive(tx: Tx, shiftId: ShiftId, staffId: StaffId, { shown, gates }: Arriving): Promise<void> {
  await attendance.lockStaff(tx, staffId)
  const shift = await lockShift(tx, shiftId)
  if (shift.staffId !== staffId) throw new NotFound()
  const open = await attendance.findOpenAttendance(tx.db, staffId)
  if (open?.shiftId === shiftId) return
  refuse(whyNotCheckIn(shift, tx.now))
  if (open && tx.now < open.to) throw refusal('attendance.still_on_post')
  refuse(await whyNotThrough(tx, gates, { way: 'in', staffId, shift, how: shown.how }))
  if (open) await leave(tx, { id: open.id, shiftId: open.shiftId, staffId }, 'person')
  const { earlyMinutes } = await currentSettings(tx.db)
  const arrived = arrivalOf(shift.from, tx.now, earlyMinutes)
  const { id: attendanceId, ...first } = await attendance.storeCheckIn(tx, shiftId, staffId, { ...arrived, ...shown })
  await announce(tx, 'attendance.checked_in', { attendanceId, shiftId, staffId, ...first }, topics(staffId))
  await planPresence(tx, attendanceId, shift)
  await relieve(tx, shift)
  await settle(tx, { kind: 'arrival', subject: `shift:${shiftId}` })
  const absenceId = await noteCame(tx, shiftId, staffId)
  if (absenceId) await announce(tx, 'attendance.came', { absenceId, shiftId, staffId }, topics(staffId))
}

/** No offers until the return; open conversations stay. */
export async function startBreak(tx: Tx): Promise<void> {
  const open = await ownAttendance(tx)
  if (open.breakEndsBy) return
  refuse(whyNotBreak(await attendance.countBreaks(tx.db, open.id)))
  refuse((await isCovering(tx.db, open.staffId)) ? refusal('attendance.covering') : null)
  const { breakMinutes } = await currentSettings(tx.db)
  const endsBy = plus(tx.now, breakMinutes * MINUTE)
  await attendance.storeBreak(tx, open.id, endsBy)
  await takeBackPresence(tx, open.id)
  await announce(
    tx,
    'break.started',
    { attendanceId: open.id, shiftId: open.shiftId, staffId: open.staffId, endsBy: instant(endsBy) },
    topics(open.staffId),
  )
}

export async function endBreak(tx: Tx): Promise<void> {
  const open = await ownAttendance(tx)
  if (!(await attendance.storeBreakEnd(tx, open.id))) return
  await endSlips(tx, open.id)
  await announce(
    tx,
    'break.ended',
    { attendanceId: open.id, shiftId: open.shiftId, staffId: open.staffId },
    topics(open.staffId),
  )
}

/** Off post; what is still open goes back to the queue by the desk's reaction. */
export async function checkOut(tx: Tx, gates: readonly Gate[] = []): Promise<void> {
  const open = await ownAttendance(tx)
  const shift = await getShift(tx.db, open.shiftId)
  refuse(await whyNotThrough(tx, gates, { way: 'out', staffId: open.staffId, shift }))
  await leave(tx, open, 'person')
}

/** The shift is over and nothing is left in this person's hands; where their relief is missing they hold the post a little longer. */
export async function closeAttendance(tx: Tx, id: AttendanceId): Promise<void> {
  const { staffId, checkedOutAt } = await attendance.getAttendance(tx.db, id)
  if (checkedOutAt) return
  await attendance.lockStaff(tx, staffId)
  const open = await attendance.findOpenAttendance(tx.db, staffId)
  if (open?.id !== id || (open.staysUntil ?? open.to) > tx.now) return
  if (!open.staysUntil && (await holdPost(tx, open))) return
  await leave(tx, open, 'shift_over')
}

/** Whoever does not work here any more is on no post either. */
export async function endAttendanceOf(tx: Tx, staffId: StaffId): Promise<void> {
  await attendance.lockStaff(tx, staffId)
  const open = await attendance.findOpenAttendance(tx.db, staffId)
  if (open) await leave(tx, open, 'account_off')
}

async function leave(
  tx: Tx,
  { id, shiftId, staffId }: { id: AttendanceId; shiftId: ShiftId; staffId: StaffId },
  why: 'person' | 'shift_over' | 'account_off',
): Promise<void> {
  await attendance.storeBreakEnd(tx, id)
  await endSlips(tx, id)
  await endPresence(tx, id)
  await endStay(tx, id, why === 'person' ? 'person' : 'over')
  await attendance.storeCheckOut(tx, id)
  await announce(tx, 'attendance.checked_out', { attendanceId: id, shiftId, staffId, why }, topics(staffId))
}

const topics = (staffId: StaffId): { about: string[] } => ({ about: ['board', 'desk', `duty:${staffId}`] })
