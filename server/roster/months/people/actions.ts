import type { Post } from '../../../kernel/capabilities.ts'
import type { DepartmentId, StaffId } from '../../../kernel/ids.ts'
import { refusal, refuse } from '../../../kernel/refusal.ts'
import { addDays, comingNight, instantOf, overlap } from '../../../kernel/time.ts'
import { need, staffOf } from '../../../platform/actor.ts'
import { announce, constraintOf } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { listBackups } from '../../leading/backups/queries.ts'
import { lockPerson, shiftsAheadOf } from '../../queries.ts'
import { headsOf } from '../facts/queries.ts'
import * as needs from '../needs/queries.ts'
import { findMonth } from '../queries.ts'
import { numbersOf, settleInput } from '../reminding/actions.ts'
import { isPublished } from '../rules.ts'
import * as people from './queries.ts'

/** What HR alone knows of a person (H5); the event says that it changed, and not what. */
export async function knowPerson(tx: Tx, staffId: StaffId, known: people.Known): Promise<void> {
  need(tx, 'roster.edit')
  await lockPerson(tx, staffId)
  if (known.protectedFrom && known.protectedTo && known.protectedFrom > known.protectedTo)
    throw refusal('roster.leave_order', {}, 'protectedTo')
  await people.storeKnown(tx, staffId, known, staffOf(tx))
  await announce(tx, 'planning.changed', { staffId, by: staffOf(tx) }, TOPICS)
}

type Leave = { readonly staffId: StaffId; readonly firstDay: string; readonly lastDay: string }
/** In which zone its days are counted; and that it stands over shifts, because somebody is ill and no roster asks for that. */
type Entering = { readonly zone: string; readonly despite: boolean }

/** Approved leave, both days included; H6. Over shifts that stand it is refused with their nights; the roster stays as it is either way. */
export async function addLeave(tx: Tx, leave: Leave, { zone, despite }: Entering): Promise<void> {
  need(tx, 'roster.edit')
  refuse(leave.lastDay < leave.firstDay ? refusal('roster.leave_order', {}, 'lastDay') : null)
  await lockPerson(tx, leave.staffId)
  const away = {
    from: instantOf(leave.firstDay, '00:00', zone),
    to: instantOf(addDays(leave.lastDay, 1), '00:00', zone),
  }
  const stands = (await shiftsAheadOf(tx.db, leave.staffId, tx.now)).filter((shift) => overlap(shift, away))
  const nights = stands.map(({ night }) => night.slice(5)).join(', ')
  refuse(
    stands.length > 0 && !despite
      ? refusal('roster.leave_over_shift', { count: stands.length, nights }, 'despite')
      : null,
  )
  if (!despite) refuse(await whyNotFromBackup(tx, leave))
  await people.insertLeave(tx, { ...leave, by: staffOf(tx) }).catch((error: unknown) => {
    throw constraintOf(error) === 'staff_leaves_apart' ? refusal('roster.leave_overlaps', {}, 'firstDay') : error
  })
  await announce(tx, 'leave.added', { staffId: leave.staffId, by: staffOf(tx) }, TOPICS)
}

/** Whoever stands ready for the duty manager leaves a gap as well (H1). */
async function whyNotFromBackup(tx: Tx, { staffId, firstDay, lastDay }: Leave) {
  const backups = await listBackups(tx.db, { staffId, from: addDays(firstDay, -1) })
  const nights = backups.flatMap(({ night }) => (night <= lastDay ? [night.slice(5)] : []))
  return nights.length > 0 ? refusal('roster.leave_over_backup', { nights: nights.join(', ') }, 'despite') : null
}

export async function cancelLeave(tx: Tx, id: string): Promise<void> {
  need(tx, 'roster.edit')
  await people.cancelLeaveRow(tx, id, staffOf(tx))
  await announce(tx, 'leave.cancelled', { by: staffOf(tx) }, TOPICS)
}

/** One's own wish about a night; for nights that are published already it is too late, and a swap is the way. */
export async function wishNight(tx: Tx, night: string, wish: people.Wish['wish'] | null, zone: string): Promise<void> {
  need(tx, 'attendance.own')
  const { nightStart: start, nightEnd: end } = await currentSettings(tx.db)
  const plan = await findMonth(tx.db, night.slice(0, 7))
  refuse(
    night <= comingNight(tx.now, { start, end, zone }) || (plan && isPublished(plan))
      ? refusal('roster.wish_late')
      : null,
  )
  await lockPerson(tx, staffOf(tx))
  await people.storeWish(tx, staffOf(tx), night, wish)
}

/** What a night needs on a post where it is not the usual; fewer than usual wants a reason (row 20). */
export async function sayNeed(
  tx: Tx,
  { night, post, heads, reason }: { night: string; post: Post; heads: number; reason: string },
): Promise<void> {
  need(tx, 'roster.edit')
  refuse(post === 'manager' && heads !== 1 ? refusal('roster.one_manager', {}, 'heads') : null)
  const usual = headsOf(await currentSettings(tx.db))[post]
  const gapReason = reason.trim() === '' ? null : reason.trim()
  refuse(heads < usual && !gapReason ? refusal('roster.reason_for_fewer', {}, 'reason') : null)
  await needs.storeNeed(tx, { night, post, heads: heads === usual ? null : heads, gapReason, by: staffOf(tx) })
  await announce(tx, 'month.edited', { by: staffOf(tx) }, TOPICS)
}

/** A head says for their department what a month needs, and who cannot (row 19). */
export async function giveInput(
  tx: Tx,
  input: { month: string; departmentId: DepartmentId; note: string },
): Promise<void> {
  need(tx, 'roster.input')
  await needs.storeInput(tx, { ...input, by: staffOf(tx) })
  await settleInput(tx, input.month, input.departmentId)
  await announce(
    tx,
    'month.input_given',
    { ...numbersOf(input.month), by: staffOf(tx), departmentId: input.departmentId },
    TOPICS,
  )
}

const TOPICS = { about: ['roster'] }
