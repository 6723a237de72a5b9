import type { Post } from '../../../kernel/capabilities.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../../kernel/refusal.ts'
import { need, staffOf } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { lockPerson } from '../../queries.ts'
import { nightNow } from '../actions.ts'
import { cellsAt, listCells, replaceCells } from '../cells/queries.ts'
import { takenBack } from '../following/rules.ts'
import { findMonth, lockMonth, type Month, setDraftFrom, setMonth } from '../queries.ts'
import { differencesOf, whyNotEdit } from '../rules.ts'
import type { StoredCell } from '../tables.ts'
import { listVersions } from '../versions/queries.ts'
import { noteEdit, takeEdit } from './queries.ts'

export type CellChange = {
  readonly night: string
  readonly staffId: StaffId
  readonly post: Post | null
  readonly backup: boolean
}

/** Sets, moves or clears cells of the plan; what it breaks is said beside it, and nothing is refused but what is over or locked. */
export async function editCells(tx: Tx, month: string, changes: readonly CellChange[], zone: string): Promise<void> {
  need(tx, 'roster.edit')
  refuse(whyNotEdit((await lockMonth(tx, month)).state))
  const tonight = await nightNow(tx, zone)
  for (const { night } of changes) {
    if (!night.startsWith(month)) throw new NotFound()
    refuse(night < tonight ? refusal('roster.night_over') : null)
  }
  for (const staffId of new Set(changes.filter(({ post }) => post).map((one) => one.staffId)))
    if (!(await lockPerson(tx, staffId))) throw new NotFound()
  const before = await cellsAt(tx.db, changes)
  refuse(before.some(({ locked }) => locked) ? refusal('roster.cell_locked') : null)
  const after = changes.flatMap(({ night, staffId, post, backup }): StoredCell[] =>
    post ? [{ night, staffId, post, backup: backup && post === 'manager', locked: false }] : [],
  )
  await replaceCells(tx, month, before, after)
  await noteEdit(tx, { month, by: staffOf(tx), before, after })
  await changedPlan(tx, month)
}

/** A locked cell is left where it is by the generator and by people. */
export async function lockCell(
  tx: Tx,
  month: string,
  at: { night: string; staffId: StaffId },
  locked: boolean,
): Promise<void> {
  need(tx, 'roster.edit')
  refuse(whyNotEdit((await lockMonth(tx, month)).state))
  const before = await cellsAt(tx.db, [at])
  const after = before.map((cell) => ({ ...cell, locked }))
  await replaceCells(tx, month, before, after)
  await noteEdit(tx, { month, by: staffOf(tx), before, after })
  await announce(tx, 'month.edited', { by: staffOf(tx) }, TOPICS)
}

/** Takes back one's own last edit of this plan; what was published since is not taken back with it. */
export async function undoEdit(tx: Tx, month: string): Promise<void> {
  need(tx, 'roster.edit')
  refuse(whyNotEdit((await lockMonth(tx, month)).state))
  const edit = await takeEdit(tx, month, staffOf(tx))
  if (!edit) throw refusal('roster.nothing_to_undo')
  const touched = [...edit.before, ...edit.after]
  const versions = await listVersions(tx.db, month)
  const then = versions.find(({ version }) => version === edit.version)?.cells ?? []
  const back = takenBack(edit.before, touched, { then, now: versions[0]?.cells ?? [] })
  await replaceCells(tx, month, await cellsAt(tx.db, touched), back)
  await changedPlan(tx, month)
}

/** A published plan is edited as a change; whoever has looked at it must look again. */
export async function changedPlan(tx: Tx, month: string): Promise<void> {
  await noteDraft(tx, month)
  await announce(tx, 'month.edited', { by: staffOf(tx) }, TOPICS)
}

/** Another plan than the one that was looked at, or published. */
export async function noteDraft(tx: Tx, month: string): Promise<void> {
  const found = await findMonth(tx.db, month)
  if (found?.state === 'ready') await setMonth(tx, month, { state: 'draft' })
  if (found && found.version > 0) await setDraftFrom(tx, month, await draftFrom(tx, found))
}

/** The version that the open changes began from; null where there are none (any more). */
async function draftFrom(tx: Tx, { month, version, draftFrom: from }: Month): Promise<number | null> {
  const [last] = await listVersions(tx.db, month)
  const open = differencesOf(last?.cells ?? [], await listCells(tx.db, month))
  return open.length > 0 ? (from ?? version) : null
}

const TOPICS = { about: ['roster'] }
