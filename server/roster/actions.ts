import { instant } from '../events/event.ts'
import type { Post } from '../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../kernel/ids.ts'
import { type Refusal, refusal, refuse } from '../kernel/refusal.ts'
import type { Window } from '../kernel/time.ts'
import { need } from '../platform/actor.ts'
import { announce, constraintOf } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { type Signed, signByHand, signFor } from './exceptions/actions.ts'
import type { Finding } from './facts.ts'
import { judgeFirst } from './judging.ts'
import { followShifts } from './months/following/actions.ts'
import { backupNightsOf } from './months/following/queries.ts'
import * as shifts from './queries.ts'
import { whyNotPlan, whyNotRemove } from './rules.ts'

export type ShiftPlan = Window & { staffId: StaffId; post: Post; night: string; kind: 'night' | 'day' }

/** Puts a person on a post for a window, as the rule checker lets it be or a leader answers for it (row 3). */
export async function addShift(tx: Tx, plan: ShiftPlan, signed: Signed): Promise<ShiftId> {
  await whyNotPlace(tx, plan)
  const signature = await signByHand(tx, { out: null, put: plan }, signed)
  const id = await place(tx, plan)
  await followShifts(tx, { nights: [plan.night], why: 'changed', zone: signed.zone, signature })
  return id
}

/** One of the night with which a house begins; the rules of the shift itself are asked here, those of the night once all stand (`signFirst`). */
export async function placeFirst(tx: Tx, plan: ShiftPlan): Promise<ShiftId> {
  await whyNotPlace(tx, plan)
  return place(tx, plan)
}

/**
 * The night with which a house begins, judged whole once everybody stands in it: without a 组长 it cannot be entered (row 5), and what
 * breaks a hard rule has its reason and a leader's name (row 3). What of the night is still to be filled is given back. @throws Unsigned
 */
export async function signFirst(tx: Tx, plans: readonly ShiftPlan[], signed: Signed): Promise<readonly Finding[]> {
  const { findings, lacks } = await judgeFirst(tx.db, plans, { now: tx.now, zone: signed.zone })
  const signature = await signFor(tx, { what: 'added', stands: plans, findings }, signed)
  await followShifts(tx, {
    nights: plans.map(({ night }) => night),
    why: 'changed',
    zone: signed.zone,
    signature,
  })
  return lacks
}

/** No overlap a person, one duty manager a window, each refused in words. */
async function whyNotPlace(tx: Tx, plan: ShiftPlan): Promise<void> {
  need(tx, 'roster.edit')
  await shifts.lockRoster(tx)
  const person = await shifts.lockPerson(tx, plan.staffId)
  refuse(whyNotPlan({ ...plan, id: null }, person, await shifts.shiftsTouching(tx.db, plan, null), tx.now))
}

async function place(tx: Tx, plan: ShiftPlan): Promise<ShiftId> {
  const id = await inWords(shifts.insertShift(tx, plan))
  await announce(
    tx,
    'shift.added',
    { shiftId: id, staffId: plan.staffId, startsAt: instant(plan.from), endsAt: instant(plan.to) },
    topics(plan.staffId),
  )
  return id
}

type To = { readonly staffId: StaffId; readonly post: Post }
/** Another person, or another post, for the same window; the checker is asked as for every plan (row 3). */
export async function changeShift(tx: Tx, id: ShiftId, to: To, signed: Signed): Promise<void> {
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
  const signature = await signByHand(tx, { out: shift, put: { ...shift, ...to } }, signed)
  await inWords(shifts.setShift(tx, id, to))
  const about = { about: [...topics(to.staffId).about, `duty:${shift.staffId}`] }
  await announce(
    tx,
    'shift.changed',
    { shiftId: id, staffId: to.staffId, from: shift.staffId, startsAt: instant(shift.from), endsAt: instant(shift.to) },
    about,
  )
  await followShifts(tx, { nights: [shift.night], why: 'changed', zone: signed.zone, signature })
}

/** Takes a shift out of the roster; a window with people in it keeps its duty manager, and what a published night then lacks wants a reason (row 3). */
export async function removeShift(tx: Tx, id: ShiftId, signed: Signed): Promise<void> {
  need(tx, 'roster.edit')
  await shifts.lockRoster(tx)
  const shift = await shifts.lockShift(tx, id)
  if (await shifts.hasAttendance(tx.db, id)) refuse(refusal('roster.running'))
  refuse(whyNotRemove(shift, await shifts.shiftsTouching(tx.db, shift, id), tx.now))
  const signature = await signByHand(tx, { out: shift, put: null }, signed)
  await shifts.deleteShift(tx, id)
  await announce(
    tx,
    'shift.removed',
    { shiftId: id, staffId: shift.staffId, startsAt: instant(shift.from), endsAt: instant(shift.to) },
    topics(shift.staffId),
  )
  await followShifts(tx, { nights: [shift.night], why: 'changed', zone: signed.zone, signature })
}

/**
 * Whoever does not work here any more leaves gaps, on the page of the month and for whoever asks when somebody is there.
 * A window may lose its duty manager by this, or a night its named backup: that is what a gap is, it was said before it was made,
 * and the version names it.
 */
export async function releaseShifts(tx: Tx, staffId: StaffId, zone: string): Promise<void> {
  const ahead = await shifts.shiftsAheadOf(tx.db, staffId, tx.now)
  const ready = await backupNightsOf(tx.db, staffId, tx.now)
  for (const { id, from, to } of ahead) {
    await shifts.deleteShift(tx, id)
    await announce(
      tx,
      'shift.removed',
      { shiftId: id, staffId, startsAt: instant(from), endsAt: instant(to) },
      topics(staffId),
    )
  }
  await followShifts(tx, { nights: [...ahead.map(({ night }) => night), ...ready], why: 'left', zone })
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
