import { instant } from '../../events/event.ts'
import type { ShiftId, StaffId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { drop, owe, settle } from '../../obligations/actions.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { getShift, lockPerson } from '../queries.ts'
import type { Asked } from './queries.ts'
import * as confirmations from './queries.ts'
import { dueOf, isLatePublished, nextOf, nudgeHoursOf, shiftAfter, whyNotAnswer, whyNotCannot } from './rules.ts'

/** Published: whoever stands in these shifts is asked whether they can. Who was asked before about the same is not asked again. */
export async function askConfirmations(tx: Tx, shiftIds: readonly ShiftId[]): Promise<void> {
  const settings = await currentSettings(tx.db)
  const shifts = []
  for (const id of shiftIds) {
    const shift = await getShift(tx.db, id).catch(() => undefined)
    if (shift && shift.from > tx.now)
      shifts.push({ id, staffId: shift.staffId, latePublished: isLatePublished(shift.from, tx.now, settings) })
  }
  const asked = await confirmations.storeAsked(tx, shifts)
  const people = Map.groupBy(asked, ({ staffId }) => staffId)
  for (const [staffId, mine] of people)
    await announce(
      tx,
      'confirmation.asked',
      { staffId, shifts: mine.length, askedAt: instant(tx.now) },
      { about: ['roster', `night:${staffId}`] },
    )
}

/** Everybody who stands in a published month and has not been asked; looks at all of it, so that once more is harmless. */
export async function askPublished(tx: Tx): Promise<void> {
  await askConfirmations(tx, await confirmations.listUnasked(tx.db, tx.now))
}

/** Proof that the question has arrived: from now on the hours to answer run (REGULATION row 22). Told again it changes nothing. */
export async function noteDelivered(tx: Tx, staffId: StaffId, askedAt: Date): Promise<void> {
  await lockPerson(tx, staffId)
  const waiting = (await confirmations.lockOfPerson(tx, staffId)).filter(
    (one) => one.state === 'notified' && !one.deliveredAt && one.askedAt.getTime() === askedAt.getTime(),
  )
  await deliver(tx, staffId, waiting)
}

/** They have looked at it: that proves the delivery as well. */
export async function noteSeen(tx: Tx, staffId: StaffId): Promise<void> {
  await lockPerson(tx, staffId)
  const unseen = (await confirmations.lockOfPerson(tx, staffId)).filter((one) => !one.seenAt)
  for (const one of unseen) await confirmations.setAsked(tx, one.shiftId, { seen_at: tx.now })
  await deliver(
    tx,
    staffId,
    unseen.filter((one) => one.state === 'notified' && !one.deliveredAt),
  )
}

async function deliver(tx: Tx, staffId: StaffId, waiting: readonly Asked[]): Promise<void> {
  if (waiting.length === 0) return
  const settings = await currentSettings(tx.db)
  for (const one of waiting) {
    const dueAt = dueOf(tx.now, one.from, settings.confirmHours)
    const nextAt = nextOf({ deliveredAt: tx.now, dueAt }, 0, nudgeHoursOf(settings))
    await confirmations.setAsked(tx, one.shiftId, { delivered_at: tx.now, due_at: dueAt, next_at: nextAt })
    await owe(tx, {
      ...about(one.shiftId),
      staffId,
      post: one.post,
      shiftId: one.shiftId,
      opensAt: tx.now,
      dueAt,
      path: '/roster/confirmations',
    })
  }
  await announce(tx, 'confirmation.delivered', { staffId, shifts: waiting.length }, topics(staffId))
}

/** "I can." Also after the time is over: HR's list is then one shorter. */
export async function confirmShift(tx: Tx, id: ShiftId): Promise<void> {
  const one = await lockMine(tx, id)
  if (one.state === 'confirmed') return
  refuse(whyNotAnswer(one, tx.now))
  await confirm(tx, one, 'person')
}

/** All that wait for an answer, at once. */
export async function confirmAll(tx: Tx): Promise<void> {
  const me = staffOf(tx)
  await lockPerson(tx, me)
  for (const one of await confirmations.lockOfPerson(tx, me))
    if ((one.state === 'notified' || one.state === 'unconfirmed') && one.from > tx.now) await confirm(tx, one, 'person')
}

/** HR has called and heard a yes; in one's own name one confirms oneself. */
export async function confirmByHr(tx: Tx, id: ShiftId): Promise<void> {
  need(tx, 'roster.edit')
  const found = await confirmations.findAsked(tx.db, id)
  if (!found) throw new NotFound()
  await lockPerson(tx, found.staffId)
  const one = await confirmations.lockAsked(tx, id)
  if (!one || one.staffId !== found.staffId) throw new NotFound()
  if (one.state === 'confirmed') return
  refuse(whyNotAnswer(one, tx.now) ?? (one.staffId === staffOf(tx) ? refusal('confirmations.own') : null))
  await confirm(tx, one, 'hr')
}

/** "I cannot": the shift stays theirs until somebody else has it, and the way to a swap opens. */
export async function declineShift(tx: Tx, id: ShiftId, reason: string): Promise<void> {
  const one = await lockMine(tx, id)
  refuse(whyNotCannot(one, reason, tx.now))
  const to = shiftAfter(one.state, 'cannot')
  if (!to || (one.state === 'swap_needed' && one.cannotReason === reason)) return
  await confirmations.setAsked(tx, id, {
    state: to,
    next_at: null,
    answered_at: tx.now,
    answered_by: one.staffId,
    how: 'person',
    cannot_reason: reason,
  })
  await settle(tx, about(id), { by: one.staffId })
  await announce(tx, 'shift.declined', { shiftId: id, staffId: one.staffId }, topics(one.staffId))
}

/** Whoever comes has said yes. */
export async function noteCheckIn(tx: Tx, id: ShiftId, staffId: StaffId): Promise<void> {
  const one = await confirmations.lockAsked(tx, id)
  if (one && one.staffId === staffId && one.state !== 'confirmed') await confirm(tx, one, 'check_in')
}

/** Reminders, and the end of the time: HR and the head hear of it, the shift stays assigned (REGULATION row 22). */
export async function followUp(tx: Tx, staffId: StaffId): Promise<void> {
  await lockPerson(tx, staffId)
  const settings = await currentSettings(tx.db)
  const due = (await confirmations.lockOfPerson(tx, staffId)).filter(({ nextAt }) => nextAt && nextAt <= tx.now)
  let nudged = 0
  let lapsed = 0
  for (const one of due) {
    const { deliveredAt, dueAt } = one
    if (!deliveredAt || !dueAt || one.state !== 'notified') {
      await confirmations.setAsked(tx, one.shiftId, { next_at: null })
    } else if (dueAt <= tx.now) {
      await confirmations.setAsked(tx, one.shiftId, { state: 'unconfirmed', next_at: null })
      await announce(tx, 'shift.unconfirmed', { shiftId: one.shiftId, staffId }, topics(staffId))
      lapsed += 1
    } else {
      // After hours in which nothing ran, one reminder stands for all that were due meanwhile.
      const hours = nudgeHoursOf(settings)
      let nudges = one.nudges
      let nextAt = one.nextAt ?? tx.now
      while (nextAt <= tx.now) nextAt = nextOf({ deliveredAt, dueAt }, ++nudges, hours)
      await confirmations.setAsked(tx, one.shiftId, { nudges, next_at: nextAt })
      nudged += 1
    }
  }
  if (nudged > 0) await announce(tx, 'confirmation.nudged', { staffId, shifts: nudged }, topics(staffId))
  if (lapsed > 0) await announce(tx, 'confirmation.lapsed', { staffId, shifts: lapsed }, topics(staffId))
}

/** Nobody could be found for it: whoever asked stands in it still, and HR speaks with them. */
export async function remain(tx: Tx, id: ShiftId): Promise<void> {
  const one = await confirmations.lockAsked(tx, id)
  const to = one && shiftAfter(one.state, 'remain')
  if (one && to) await confirmations.setAsked(tx, id, { state: to, next_at: null })
}

/** The shift is another's now, or nobody's: what was asked of the one before is over. */
export const forgetAsked = (tx: Tx, id: ShiftId): Promise<void> => drop(tx, about(id))

async function confirm(tx: Tx, one: Asked, how: 'person' | 'check_in' | 'hr'): Promise<void> {
  const to = shiftAfter(one.state, how === 'check_in' ? 'check_in' : 'confirm')
  if (!to) return
  const by = how === 'hr' ? staffOf(tx) : one.staffId
  await confirmations.setAsked(tx, one.shiftId, {
    state: to,
    next_at: null,
    answered_at: tx.now,
    answered_by: by,
    how,
    cannot_reason: null,
  })
  await settle(tx, about(one.shiftId), { by: one.staffId, record: how === 'hr' ? `staff:${by}` : null })
  await announce(tx, 'shift.confirmed', { shiftId: one.shiftId, staffId: one.staffId, how }, topics(one.staffId))
}

async function lockMine(tx: Tx, id: ShiftId): Promise<Asked> {
  const me = staffOf(tx)
  await lockPerson(tx, me)
  const one = await confirmations.lockAsked(tx, id)
  if (one?.staffId !== me) throw new NotFound()
  return one
}

const about = (id: ShiftId) => ({ kind: 'shift_confirmation', subject: `shift:${id}` }) as const
const topics = (staffId: StaffId): { about: string[] } => ({ about: ['roster', `night:${staffId}`] })
