import { instant } from '../../events/event.ts'
import type { ShiftId } from '../../kernel/ids.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import { hasAttendance, lockShift } from '../../roster/queries.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { insertTold, insertWrongCode, type Told } from './queries.ts'

/** REGULATION row 25: a quarter of an hour before the start whoever is not there yet is reminded. Once. */
export const remindToCome = (tx: Tx, id: ShiftId): Promise<void> =>
  sayOnce(tx, id, 'arrive', async (startsAt) => {
    const { earlyMinutes } = await currentSettings(tx.db)
    return tx.now >= plus(startsAt, -earlyMinutes * MINUTE) && tx.now < startsAt
  })

/** REGULATION row 25: at the start the duty manager is told of whoever is not there. Once; after the grace they are missing. */
export const noteLate = (tx: Tx, id: ShiftId): Promise<void> =>
  sayOnce(tx, id, 'late', async (startsAt) => tx.now >= startsAt)

async function sayOnce(tx: Tx, id: ShiftId, what: Told, isTime: (startsAt: Date) => Promise<boolean>): Promise<void> {
  const shift = await lockShift(tx, id).catch(() => undefined)
  if (!shift || !(await isTime(shift.from)) || tx.now >= shift.to || (await hasAttendance(tx.db, id))) return
  if (!(await insertTold(tx, shift, what))) return
  const name = what === 'arrive' ? 'attendance.awaited' : 'attendance.late'
  const payload = { shiftId: id, staffId: shift.staffId, startsAt: instant(shift.from) }
  await announce(tx, name, payload, { about: ['board', `duty:${shift.staffId}`] })
}

/** A code that was not the one of the moment; whoever tries too many has to wait. */
export async function noteWrongCode(tx: Tx): Promise<void> {
  await insertWrongCode(tx, staffOf(tx))
  await announce(tx, 'attendance.wrong_code', { staffId: staffOf(tx) }, { about: [] })
}
