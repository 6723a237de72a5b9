import type { MembershipId, StaffId } from '../../kernel/ids.ts'
import { type Refusal, refusal, refuse } from '../../kernel/refusal.ts'
import { need } from '../../platform/actor.ts'
import { announce, constraintOf } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { getPerson, lockForRights } from '../people/queries.ts'
import * as group from './queries.ts'
import { type Term, whyNotAppoint, whyNotWithdraw, windowOfTerm } from './rules.ts'

export type Appointment = Term & { readonly staffId: StaffId; readonly chief: boolean }

/** Into the leadership group from day to day; one 组长 at a time, of rank 副总经理 (REGULATION row 5). */
export async function appointLeader(tx: Tx, appointment: Appointment, zone: string): Promise<MembershipId> {
  need(tx, 'people.edit')
  const { staffId, chief } = appointment
  await lockForRights(tx, [staffId])
  const { rank, active } = await getPerson(tx.db, staffId)
  refuse(whyNotAppoint({ ...appointment, rank, active }))
  const window = windowOfTerm(appointment, zone)
  const membershipId = await inWords(group.insertMembership(tx, { ...appointment, window }))
  await announce(tx, 'leader.appointed', { membershipId, staffId, chief }, topics(staffId))
  return membershipId
}

/** The day on which a term ends, or no such day. */
export async function endTerm(tx: Tx, id: MembershipId, lastDay: string | null, zone: string): Promise<void> {
  need(tx, 'people.edit')
  const { firstDay, staffId, chief, rank, active, ...before } = await group.lockMembership(tx, id)
  if (before.lastDay === lastDay) return
  refuse(lastDay !== null && lastDay < firstDay ? refusal('accounts.term_backwards', {}, 'lastDay') : null)
  if (lastDay === null) refuse(whyNotAppoint({ firstDay, lastDay, chief, rank, active }))
  await inWords(group.setTerm(tx, id, { firstDay, lastDay, window: windowOfTerm({ firstDay, lastDay }, zone) }))
  await announce(tx, 'leader.dated', { membershipId: id, staffId, chief }, topics(staffId))
}

/** A term that has not begun never was. */
export async function withdrawLeader(tx: Tx, id: MembershipId): Promise<void> {
  need(tx, 'people.edit')
  const { staffId, chief, window } = await group.lockMembership(tx, id)
  refuse(whyNotWithdraw(window, tx.now))
  await group.deleteMembership(tx, id)
  await announce(tx, 'leader.withdrawn', { membershipId: id, staffId, chief }, topics(staffId))
}

const topics = (staffId: StaffId): { about: string[] } => ({ about: ['people', `duty:${staffId}`] })

const OF_CONSTRAINT: Readonly<Record<string, Refusal>> = {
  leadership_members_once: refusal('accounts.leader_twice', {}, 'staff'),
  leadership_members_one_chief: refusal('accounts.chief_there', {}, 'chief'),
}
const inWords = <T>(write: Promise<T>): Promise<T> =>
  write.catch((error: unknown) => {
    throw OF_CONSTRAINT[constraintOf(error)] ?? error
  })
