import { instant } from '../../events/event.ts'
import type { Post } from '../../kernel/capabilities.ts'
import { refusal, refuse } from '../../kernel/refusal.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { ownAttendance } from '../attending.ts'
import type { Attending } from '../queries.ts'
import * as stays from './queries.ts'
import { heldUntil, mustStay, promisedUntil, whyNotStay } from './rules.ts'

/** "My relief has not come: I stay on." The duty manager is paged, and it counts as work. Twice is once. */
export async function stayOn(tx: Tx): Promise<void> {
  const open = await ownAttendance(tx)
  const { staysMostHours } = await currentSettings(tx.db)
  refuse(whyNotStay({ to: open.to, mostHours: staysMostHours }, tx.now))
  const { relief, missing } = await stays.lockRelief(tx, open.post, open.to)
  refuse(relief > 0 && missing === 0 ? refusal('attendance.relief_is_there') : null)
  if ((await stays.stayOf(tx.db, open.id))?.promised) return
  await extend(tx, open, { until: promisedUntil(open.to, staysMostHours), promised: true })
}

/**
 * The shift is over and whoever relieves this person has not come: the post is held for as long as they may be late, and who
 * stays is asked to say so. True where it is held.
 */
export async function holdPost(tx: Tx, open: Attending): Promise<boolean> {
  const { staysMostHours, lateGraceMinutes } = await currentSettings(tx.db)
  const until = heldUntil(open.to, lateGraceMinutes)
  if (staysMostHours === 0 || tx.now >= until || !mustStay(await stays.lockRelief(tx, open.post, open.to))) return false
  await extend(tx, open, { until, promised: false })
  return true
}

/** Somebody has come to relieve a post: whoever has stayed there longest is off it, unless others are missing still. */
export async function relieve(tx: Tx, { post, from }: { post: Post; from: Date }): Promise<void> {
  const { missing, staying } = await stays.lockRelief(tx, post, from)
  const one = staying > missing ? await stays.findStaying(tx, post, from) : undefined
  if (!one) return
  await stays.endStay(tx, one.id, 'relieved')
  await stays.clearStay(tx, one.id)
  await announce(
    tx,
    'attendance.relieved',
    { attendanceId: one.id, shiftId: one.shiftId, staffId: one.staffId },
    topicsOf(one.staffId),
  )
}

async function extend(
  tx: Tx,
  { id, shiftId, staffId }: Attending,
  { until, promised }: { until: Date; promised: boolean },
): Promise<void> {
  await stays.storeStay(tx, id, { until, promised })
  const payload = { attendanceId: id, shiftId, staffId, until: instant(until), promised }
  await announce(tx, 'attendance.extended', payload, topicsOf(staffId))
}

const topicsOf = (staffId: string): { about: string[] } => ({ about: ['board', 'desk', `duty:${staffId}`] })
