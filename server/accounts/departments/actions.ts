import type { DepartmentId } from '../../kernel/ids.ts'
import { NotFound, type Refusal, refusal, refuse } from '../../kernel/refusal.ts'
import { need } from '../../platform/actor.ts'
import { newToken } from '../../platform/tokens.ts'
import { announce, constraintOf } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { lockForRights } from '../people/queries.ts'
import * as departments from './queries.ts'
import { moved, whyNotDepartment, whyNotRemove } from './rules.ts'
import type { DepartmentFacts } from './tables.ts'

/** At the end of the order. It has no head yet: people come after their department. */
export async function addDepartment(tx: Tx, facts: DepartmentFacts): Promise<DepartmentId> {
  need(tx, 'people.edit')
  const others = await departments.lockDepartments(tx)
  refuse(await whyNot(tx, null, facts, others))
  const position = Math.max(0, ...others.map((other) => other.position)) + 1
  const departmentId = await departments.insertDepartment(tx, facts, { code: `d-${newToken().slice(0, 8)}`, position })
  await announce(tx, 'department.added', { departmentId }, TOPICS)
  return departmentId
}

/** The rights of a head begin and end with this, at once. */
export async function changeDepartment(tx: Tx, id: DepartmentId, facts: DepartmentFacts): Promise<void> {
  need(tx, 'people.edit')
  // Staff before the rest, as everywhere: the head could otherwise be moved away meanwhile.
  await lockForRights(
    tx,
    [facts.headId, facts.nightContactId].filter((one) => one !== null),
  )
  const others = await departments.lockDepartments(tx)
  const before = await departments.lockDepartment(tx, id)
  if (JSON.stringify(before) === JSON.stringify(facts)) return
  refuse(await whyNot(tx, id, facts, others))
  await departments.updateDepartment(tx, id, facts)
  const about = [before.headId, facts.headId].filter((one) => one !== null).map((one) => `duty:${one}`)
  await announce(tx, 'department.changed', { departmentId: id }, { about: [...TOPICS.about, ...about] })
}

/** Only where nobody is, or was, in it. */
export async function removeDepartment(tx: Tx, id: DepartmentId): Promise<void> {
  need(tx, 'people.edit')
  await departments.lockDepartment(tx, id)
  refuse(whyNotRemove(await departments.countMembers(tx.db, id)))
  await departments.deleteDepartment(tx, id).catch((error: unknown) => {
    throw constraintOf(error) ? refusal('accounts.department_used') : error
  })
  await announce(tx, 'department.removed', { departmentId: id }, TOPICS)
}

/** One place up or down. */
export async function moveDepartment(tx: Tx, id: DepartmentId, to: 'up' | 'down'): Promise<void> {
  need(tx, 'people.edit')
  const all = await departments.lockDepartments(tx)
  if (!all.some((one) => one.id === id)) throw new NotFound()
  const order = all.toSorted((a, b) => a.position - b.position || Number(a.id) - Number(b.id)).map((one) => one.id)
  const departmentIds = moved(order, id, to)
  if (departmentIds.every((one, at) => one === order[at])) return
  await departments.setOrder(tx, departmentIds)
  await announce(tx, 'departments.ordered', { departmentIds }, TOPICS)
}

const TOPICS: { about: string[] } = { about: ['people'] }

async function whyNot(
  tx: Tx,
  id: DepartmentId | null,
  facts: DepartmentFacts,
  others: Awaited<ReturnType<typeof departments.lockDepartments>>,
): Promise<Refusal | null> {
  const head = facts.headId ? await departments.findCandidate(tx.db, facts.headId) : undefined
  const contact = facts.nightContactId ? await departments.findCandidate(tx.db, facts.nightContactId) : undefined
  return whyNotDepartment({ id, ...facts }, { others, head, contact })
}
