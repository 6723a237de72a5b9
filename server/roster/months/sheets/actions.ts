import { POSTS } from '../../../kernel/capabilities.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { refuse } from '../../../kernel/refusal.ts'
import { need, staffOf } from '../../../platform/actor.ts'
import type { Tx } from '../../../schema.ts'
import { datesOf } from '../../month.ts'
import { listRosterable } from '../../queries.ts'
import { nightNow } from '../actions.ts'
import { listCells, plain, replaceCells } from '../cells/queries.ts'
import { changedPlan } from '../editing/actions.ts'
import { noteEdit } from '../editing/queries.ts'
import { lockMonth } from '../queries.ts'
import { whyNotEdit } from '../rules.ts'
import type { StoredCell } from '../tables.ts'
import type { Line } from './reading.ts'

/** What a brought table would do wrong, by line. */
export type Problem = {
  readonly line: number
  readonly code: 'night' | 'post' | 'number' | 'twice' | 'over' | 'locked' | 'backup'
}

/**
 * A table becomes the plan, whole or not at all: with one line wrong nothing changes. Nights that are over and locked cells
 * stay; what it breaks the checker says afterwards, as of every plan.
 */
export async function importPlan(tx: Tx, month: string, lines: readonly Line[], zone: string): Promise<Problem[]> {
  need(tx, 'roster.edit')
  const { state } = await lockMonth(tx, month)
  refuse(whyNotEdit(state))
  const tonight = await nightNow(tx, zone)
  const people = new Map((await listRosterable(tx.db)).map((one) => [one.number, one.id]))
  const before = await listCells(tx.db, month)
  const stays = before.filter(({ night, locked }) => locked || night < tonight)
  const { problems, cells } = judgeLines(lines, { nights: new Set(datesOf(month)), people, tonight, stays })
  if (problems.length > 0) return problems
  const gone = before.filter((cell) => !stays.includes(cell))
  await replaceCells(tx, month, gone, cells)
  await noteEdit(tx, { month, by: staffOf(tx), before: gone.map(plain), after: cells })
  await changedPlan(tx, month)
  return []
}

type Known = {
  readonly nights: ReadonlySet<string>
  readonly people: ReadonlyMap<string, StaffId>
  readonly tonight: string
  readonly stays: readonly StoredCell[]
}
function judgeLines(lines: readonly Line[], { nights, people, tonight, stays }: Known) {
  const problems: Problem[] = []
  const cells: StoredCell[] = []
  const taken = new Set<string>()
  for (const { line, night, post: written, number, backup } of lines) {
    const post = POSTS.find((known) => known === written)
    const staffId = people.get(number)
    const stands = stays.find((cell) => cell.night === night && cell.staffId === staffId)
    const wrong = !nights.has(night)
      ? 'night'
      : !post
        ? 'post'
        : !staffId
          ? 'number'
          : taken.has(`${night} ${staffId}`)
            ? 'twice'
            : backup === null || (backup && post !== 'manager')
              ? 'backup'
              : null
    if (wrong) problems.push({ line, code: wrong })
    else if (stands) {
      // The same as it stands is no change; anything else would be.
      if (stands.post !== post || stands.backup !== backup)
        problems.push({ line, code: night < tonight ? 'over' : 'locked' })
    } else if (night < tonight) problems.push({ line, code: 'over' })
    else if (staffId && post) {
      taken.add(`${night} ${staffId}`)
      cells.push({ night, post, staffId, backup: backup === true, locked: false })
    }
  }
  return { problems, cells }
}
