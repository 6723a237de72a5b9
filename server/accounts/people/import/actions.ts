import type { StaffId } from '../../../kernel/ids.ts'
import { need } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Reader, Tx } from '../../../schema.ts'
import { listDepartments, listHeads } from '../../departments/queries.ts'
import { UNKNOWN_PERSON_HASH } from '../../rules.ts'
import { changeRoles, editorOf, inWords } from '../actions.ts'
import * as people from '../queries.ts'
import { changedFields } from '../rules.ts'
import { columnOf } from './columns.ts'
import type { Line } from './reading.ts'
import { type Context, type Plan, planImport } from './rules.ts'

/** What a list would do, and every bad line in it. Changes nothing. */
export async function tryImport(db: Reader, lines: readonly Line[], editor: StaffId | null): Promise<Plan> {
  return planImport(lines, await contextOf(db, lines, editor, await people.listAdministrators(db)))
}

/** Every line or none. The plan is made anew under the locks: what the dry run said may have changed since. */
export async function importPeople(tx: Tx, lines: readonly Line[]): Promise<Plan> {
  need(tx, 'people.edit')
  const known = await people.findByNumbers(tx.db, numbersIn(lines))
  const { administrators } = await people.lockForRights(
    tx,
    known.map(({ id }) => id),
  )
  const plan = planImport(lines, await contextOf(tx.db, lines, editorOf(tx), administrators))
  if (plan.problems.length > 0) return plan
  await inWords(
    people.updatePeople(
      tx,
      plan.changed.map(({ before, after }) => ({ id: before.id, ...after })),
    ),
  )
  const added = await inWords(people.insertPeople(tx, plan.added, UNKNOWN_PERSON_HASH))
  const changed = plan.changed.map(({ before }) => before.id)
  await announce(tx, 'people.imported', { added, changed }, { about: ['people', 'roster'] })
  for (const { before, after } of plan.changed)
    if (changedFields(before, after).includes('roles')) await changeRoles(tx, before.id, before.roles, after.roles)
  return plan
}

async function contextOf(
  db: Reader,
  lines: readonly Line[],
  editor: StaffId | null,
  administrators: readonly StaffId[],
): Promise<Context> {
  const numbers = numbersIn(lines)
  const logins = [...cellsOf(lines, 'login'), ...numbers].map((text) => text.toLowerCase())
  const [departments, known, held, heads] = await Promise.all([
    listDepartments(db),
    people.findByNumbers(db, numbers),
    people.findLogins(db, logins),
    listHeads(db),
  ])
  return {
    editor,
    administrators,
    departments,
    known: new Map(known.map((person) => [person.number, person])),
    logins: held,
    heads,
  }
}

const numbersIn = (lines: readonly Line[]): string[] => cellsOf(lines, 'number')

function cellsOf([headings, ...rest]: readonly Line[], column: 'number' | 'login'): string[] {
  const at = headings?.cells.findIndex((cell) => columnOf(cell) === column) ?? -1
  return at < 0 ? [] : rest.map(({ cells }) => cells[at] ?? '').filter(Boolean)
}
