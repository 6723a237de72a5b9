import { instant } from '../events/event.ts'
import type { Post } from '../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../kernel/ids.ts'
import { type Refusal, refusal, refuse } from '../kernel/refusal.ts'
import type { Window } from '../kernel/time.ts'
import { need } from '../platform/actor.ts'
import { announce, constraintOf } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { followShifts } from './months/following/actions.ts'
import * as shifts from './queries.ts'
import { whyNotPlan, whyNotRemove } from './rules.ts'

export type ShiftPlan = Window & { staffId: StaffId; post: Post; night: string; kind: 'night' | 'day' }

/** Puts a person on a post for a window. No overlap a person, one duty manager a window, each refused in words. */
export async function addShift(tx: Tx, plan: ShiftPlan): Promise<ShiftId> {
  need(tx, 'roster.edit')
  await shifts.lockRoster(tx)
  const person = await shifts.lockPerson(tx, plan.staffId)
  refuse(whyNotPlan({ ...plan, id: null }, person, await shifts.shiftsTouching(tx.db, plan, null), tx.now))
  const id = await inWords(shifts.insertShift(tx, plan))
  await announce(
    tx,
    'shift.added',
    { shiftId: id, staffId: plan.staffId, startsAt: instant(plan.from), endsAt: instant(plan.to) },
    topics(plan.staffId),
  )
  await followShifts(tx, [plan.night], 'changed')
  return id
}

/** Another person, or another post, for the same window. */
export async function changeShift(tx: Tx, id: ShiftId, to: { staffId: StaffId; post: Post }): Promise<void> {
  need(tx, 'roster.edit')
  await shifts.lockRoster(tx)
  // The person before the shift, as whoever checks in does.
  const person = await shifts.lockPerson(tx, to.staffId)
  const shift = await shifts.lockShift(tx, id)
  if (shift.staffId === to.staffId && shift.post === to.post) return
  if (await shifts.hasAttendance(tx.db, id)) refuse(refusal('roster.running'))
  const others = await shifts.shiftsTouching(tx.db, shift, id)
  if (shift.post === 'manager' && to.post !== 'manager') refuse(whyNotRemove(shift, others, tx.now))
  refuse(whyNotPlan({ ...shift, ...to }, person, others, tx.now))
  await inWords(shifts.setShift(tx, id, to))
  const about = { about: [...topics(to.staffId).about, `duty:${shift.staffId}`] }
  await announce(
    tx,
    'shift.changed',
    { shiftId: id, staffId: to.staffId, from: shift.staffId, startsAt: instant(shift.from), endsAt: instant(shift.to) },
    about,
  )
  await followShifts(tx, [shift.night], 'changed')
}

/** Takes a shift out of the roster; a window with people in it keeps its duty manager. */
export async function removeShift(tx: Tx, id: ShiftId): Promise<void> {
  need(tx, 'roster.edit')
  await shifts.lockRoster(tx)
  const shift = await shifts.lockShift(tx, id)
  if (await shifts.hasAttendance(tx.db, id)) refuse(refusal('roster.running'))
  refuse(whyNotRemove(shift, await shifts.shiftsTouching(tx.db, shift, id), tx.now))
  await shifts.deleteShift(tx, id)
  await announce(
    tx,
    'shift.removed',
    { shiftId: id, staffId: shift.staffId, startsAt: instant(shift.from), endsAt: instant(shift.to) },
    topics(shift.staffId),
  )
  await followShifts(tx, [shift.night], 'changed')
}

/**
 * Whoever does not work here any more leaves gaps, on the page of the month and for whoever asks when somebody is there.
 * A window may lose its duty manager by this: that is what a gap is, and it was said before it was made.
 */
export async function releaseShifts(tx: Tx, staffId: StaffId): Promise<void> {
  const ahead = await shifts.shiftsAheadOf(tx.db, staffId, tx.now)
  for (const { id, from, to } of ahead) {
    await shifts.deleteShift(tx, id)
    await announce(
      tx,
      'shift.removed',
      { shiftId: id, staffId, startsAt: instant(from), endsAt: instant(to) },
      topics(staffId),
    )
  }
  await followShifts(
    tx,
    ahead.map(({ night }) => night),
    'left',
  )
}

const topics = (staffId: StaffId): { about: string[] } => ({ about: ['roster', 'board', `duty:${staffId}`] })

// Two plans at the same second pass the rules and meet in the table: the same words as the rule's.
const OF_CONSTRAINT: Readonly<Record<string, Refusal>> = {
  shifts_no_overlap: refusal('roster.overlap', {}, 'staff'),
  shifts_one_manager: refusal('roster.manager_there', {}, 'post'),
}
const inWords = <T>(write: Promise<T>): Promise<T> =>
  write.catch((error: unknown) => {
    throw OF_CONSTRAINT[constraintOf(error)] ?? error
  })
