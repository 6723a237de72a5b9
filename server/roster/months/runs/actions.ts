import type { RosterRunId } from '../../../kernel/ids.ts'
import { refusal, refuse } from '../../../kernel/refusal.ts'
import { need, staffOf } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Cell } from '../../facts.ts'
import { listCells, replaceCells } from '../cells/queries.ts'
import { noteDraft } from '../editing/actions.ts'
import { forgetEdits } from '../editing/queries.ts'
import { lockMonth } from '../queries.ts'
import { whyNotEdit } from '../rules.ts'
import * as runs from './queries.ts'

const LONGEST_SECONDS = 300

/** A roster is looked for in the background; one at a time a month. */
export async function askRun(tx: Tx, month: string, seconds: number | null): Promise<void> {
  need(tx, 'roster.edit')
  const { state } = await lockMonth(tx, month)
  refuse(whyNotEdit(state))
  const last = await runs.findRun(tx.db, month)
  refuse(last && isGoing(last) ? refusal('roster.run_going') : null)
  const { generateSeconds } = await currentSettings(tx.db)
  await runs.insertRun(tx, {
    month,
    by: staffOf(tx),
    seconds: Math.min(LONGEST_SECONDS, Math.max(1, seconds ?? generateSeconds)),
  })
  await announce(tx, 'month.edited', { by: staffOf(tx) }, TOPICS)
}

/** What is being looked for is not wanted any more; the plan stays as it is. Twice is once. */
export async function cancelRun(tx: Tx, month: string): Promise<void> {
  need(tx, 'roster.edit')
  const last = await runs.findRun(tx.db, month)
  if (!last || !(await runs.endRun(tx, last.id, { state: 'cancelled' }))) return
  await announce(tx, 'month.edited', { by: staffOf(tx) }, TOPICS)
}

/** One process takes it up: asked for, or left behind by one that died over it. False where another has it, or nobody wants it. */
export const takeUpRun = (tx: Tx, id: RosterRunId): Promise<boolean> => runs.takeUp(tx, id)

/** How far it has got; false where it was cancelled. */
export const noteProgress = (tx: Tx, id: RosterRunId, progress: number): Promise<boolean> =>
  runs.noteProgress(tx, id, progress)

export type Found = {
  readonly cells: readonly (Cell & { readonly why: object | null })[]
  /** Kept with the run: gaps and their reasons, the time it took, how far from the best it may be. */
  readonly result: { readonly gaps: readonly object[] } & object
}

/** The roster that was found becomes the plan, unless nobody waits for it any more. Locked and past cells stay. */
export async function storeFound(tx: Tx, id: RosterRunId, { cells, result }: Found): Promise<void> {
  const run = await runs.getRun(tx.db, id)
  if (!run) return
  const { state } = await lockMonth(tx, run.month)
  if (state === 'frozen' || !(await runs.endRun(tx, id, { state: 'done', progress: 100, result }))) return
  await replaceCells(tx, run.month, await listCells(tx.db, run.month), cells)
  await forgetEdits(tx, run.month)
  await noteDraft(tx, run.month)
  await announce(tx, 'roster.generated', { runId: id, gaps: result.gaps.length }, TOPICS)
}

export async function failRun(tx: Tx, id: RosterRunId): Promise<void> {
  if (await runs.endRun(tx, id, { state: 'failed' })) await announce(tx, 'roster.not_generated', { runId: id }, TOPICS)
}

const isGoing = ({ state }: { state: runs.RunState }): boolean => state === 'asked' || state === 'running'
const TOPICS = { about: ['roster'] }
