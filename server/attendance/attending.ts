import { refusal } from '../kernel/refusal.ts'
import { need, staffOf } from '../platform/actor.ts'
import type { Tx } from '../schema.ts'
import { type Attending, findOpenAttendance, lockStaff } from './queries.ts'

/** The shift in which whoever acts is on post, with the person locked. */
export async function ownAttendance(tx: Tx): Promise<Attending> {
  need(tx, 'attendance.own')
  const staffId = staffOf(tx)
  await lockStaff(tx, staffId)
  const open = await findOpenAttendance(tx.db, staffId)
  if (!open) throw refusal('attendance.not_on_post')
  return open
}
