import type { PersonField } from '../../events/accounts.ts'
import type { StandingRole } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { type Refusal, refusal, refuse } from '../../kernel/refusal.ts'
import { need } from '../../platform/actor.ts'
import { announce, constraintOf } from '../../platform/transaction.ts'
import type { Reader, Tx } from '../../schema.ts'
import { endSessionsOf } from '../actions.ts'
import { headedBy, leaveDepartments } from '../departments/queries.ts'
import { endLinksOf } from '../invitations/queries.ts'
import { UNKNOWN_PERSON_HASH } from '../rules.ts'
import * as people from './queries.ts'
import { changedFields, type Facts, whyNotChange, whyNotDeactivate, whyNotFacts } from './rules.ts'

/** Somebody new, who chooses a password by an invitation. */
export async function addPerson(tx: Tx, facts: Facts): Promise<StaffId> {
  need(tx, 'people.edit')
  refuse(whyNotFacts(facts))
  const [staffId] = await inWords(people.insertPeople(tx, [facts], UNKNOWN_PERSON_HASH))
  if (!staffId) throw new Error('a person was not added')
  await announce(tx, 'person.added', { staffId }, { about: ['people'] })
  return staffId
}

/** Other facts; other roles end the sessions, so that the rights of before are not carried on (RELIABILITY 15). */
export async function changePerson(tx: Tx, id: StaffId, facts: Facts): Promise<PersonField[]> {
  need(tx, 'people.edit')
  const { administrators } = await people.lockForRights(tx, [id])
  const before = await people.getPerson(tx.db, id)
  const fields = changedFields(before, facts)
  if (fields.length === 0) return fields
  refuse(whyNotChange(before, facts, { editor: editorOf(tx), administrators, heads: await headedBy(tx.db, id) }))
  await inWords(people.updatePerson(tx, id, facts))
  await announce(tx, 'person.changed', { staffId: id, fields }, { about: ['people', 'roster', `duty:${id}`] })
  if (fields.includes('roles')) await changeRoles(tx, id, before.roles, facts.roles)
  return fields
}

/** On record, and with a new session id: whoever had the old rights signs in again. */
export async function changeRoles(
  tx: Tx,
  staffId: StaffId,
  before: readonly StandingRole[],
  after: readonly StandingRole[],
): Promise<void> {
  await announce(tx, 'person.roles_changed', { staffId, before, after }, { about: [`duty:${staffId}`] })
  await endSessionsOf(tx, staffId, 'roles_changed')
}

/** What lies ahead of somebody: accounts stands above the roster, so the roster tells it. */
export type CountAhead = (db: Reader, staffId: StaffId, now: Date) => Promise<number>

/**
 * Off at once: no session, no link, no headship; their open work goes back and their shifts become gaps by the
 * reactions of those who own them. Nothing that they did is touched.
 */
export async function deactivatePerson(
  tx: Tx,
  id: StaffId,
  { countAhead, confirmed }: { countAhead: CountAhead; confirmed: boolean },
): Promise<void> {
  need(tx, 'people.edit')
  const { administrators } = await people.lockForRights(tx, [id])
  const person = await people.getPerson(tx.db, id)
  if (!person.active) return
  const ahead = await countAhead(tx.db, id, tx.now)
  refuse(whyNotDeactivate(person, { editor: editorOf(tx), administrators }, { ahead, confirmed }))
  await people.setActive(tx, id, false)
  await leaveDepartments(tx, id)
  await endLinksOf(tx, id)
  await endSessionsOf(tx, id, 'account_off')
  await announce(tx, 'person.deactivated', { staffId: id }, { about: ['people', 'roster', 'board', `duty:${id}`] })
}

/** Back, with the password and the roles of before; shifts are planned anew. */
export async function reactivatePerson(tx: Tx, id: StaffId): Promise<void> {
  need(tx, 'people.edit')
  await people.lockForRights(tx, [id])
  await people.getPerson(tx.db, id)
  if (!(await people.setActive(tx, id, true))) return
  await announce(tx, 'person.reactivated', { staffId: id }, { about: ['people', 'roster'] })
}

export const editorOf = ({ actor }: Tx): StaffId | null => (actor.kind === 'staff' ? actor.staffId : null)

const OF_CONSTRAINT: Readonly<Record<string, Refusal>> = {
  staff_number_once: refusal('accounts.number_taken', {}, 'number'),
  staff_login_once: refusal('accounts.login_taken', {}, 'login'),
  staff_department_id_fkey: refusal('accounts.department_gone', {}, 'department'),
}
export const inWords = <T>(write: Promise<T>): Promise<T> =>
  write.catch((error: unknown) => {
    throw OF_CONSTRAINT[constraintOf(error)] ?? error
  })
