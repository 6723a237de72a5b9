import type { RosterRunId, StaffId } from '../../../kernel/ids.ts'
import type { Due } from '../../../platform/ticker.ts'
import type { Reader, Tx } from '../../../schema.ts'

export type RunState = 'asked' | 'running' | 'done' | 'cancelled' | 'failed'
export type Run = {
  readonly id: RosterRunId
  readonly month: string
  readonly state: RunState
  readonly seconds: number
  readonly progress: number
  readonly askedAt: Date
  readonly endedAt: Date | null
  readonly result: object | null
}
const runs = (db: Reader) => db.selectFrom('roster_runs').selectAll()
type Row = Awaited<ReturnType<ReturnType<typeof runs>['execute']>>[number]
const runOf = (row: Row): Run => ({
  id: row.id as RosterRunId,
  month: row.month,
  state: row.state,
  seconds: row.seconds,
  progress: row.progress,
  askedAt: row.asked_at,
  endedAt: row.ended_at,
  result: row.result,
})

/** The last one of a month. */
export async function findRun(db: Reader, month: string): Promise<Run | undefined> {
  const row = await runs(db).where('month', '=', month).orderBy('id', 'desc').limit(1).executeTakeFirst()
  return row && runOf(row)
}
export async function getRun(db: Reader, id: RosterRunId): Promise<Run | undefined> {
  const row = await runs(db).where('id', '=', id).executeTakeFirst()
  return row && runOf(row)
}

export async function insertRun(tx: Tx, run: { month: string; by: StaffId; seconds: number }): Promise<RosterRunId> {
  const { id } = await tx.db
    .insertInto('roster_runs')
    .values({ month: run.month, state: 'asked', asked_by: run.by, asked_at: tx.now, seconds: run.seconds })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as RosterRunId
}

/** False where it is not in that state any more. */
export async function moveRun(
  tx: Tx,
  id: RosterRunId,
  from: readonly RunState[],
  to: { state: RunState; progress?: number; result?: object },
): Promise<boolean> {
  const over = to.state !== 'asked' && to.state !== 'running'
  const { numUpdatedRows } = await tx.db
    .updateTable('roster_runs')
    .set({
      state: to.state,
      ...(to.progress === undefined ? {} : { progress: to.progress }),
      ...(to.result ? { result: JSON.stringify(to.result) } : {}),
      ...(over ? { ended_at: tx.now } : { started_at: tx.now }),
    })
    .where('id', '=', id)
    .where('state', 'in', [...from])
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Asked for, or begun by a process that died over it. */
export async function listAsked(db: Reader, _now: Date, limit: number): Promise<Due[]> {
  const rows = await runs(db).where('state', 'in', ['asked', 'running']).orderBy('id').limit(limit).execute()
  return rows.map(({ id }) => ({ id, version: 1 }))
}
