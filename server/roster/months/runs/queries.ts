import { sql } from 'kysely'
import type { RosterRunId, StaffId } from '../../../kernel/ids.ts'
import { plus, SECOND } from '../../../kernel/time.ts'
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

/** Without a sign of life for so long the process that had it is gone. */
const SILENT_SECONDS = 15
const isLeft = (now: Date) =>
  sql<boolean>`state = 'running' and coalesce(seen_at, asked_at) < ${plus(now, -SILENT_SECONDS * SECOND)}`

/** False where somebody is at it, or it has ended. */
export async function takeUp(tx: Tx, id: RosterRunId): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('roster_runs')
    .set({ state: 'running', progress: 0, started_at: tx.now, seen_at: tx.now })
    .where('id', '=', id)
    .where((where) => where.or([where('state', '=', 'asked'), isLeft(tx.now)]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** False where it has ended. */
export async function noteProgress(tx: Tx, id: RosterRunId, progress: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('roster_runs')
    .set({ progress, seen_at: tx.now })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

type Ending = { readonly state: 'done' | 'cancelled' | 'failed'; readonly progress?: number; readonly result?: object }

/** False where it has ended already. */
export async function endRun(tx: Tx, id: RosterRunId, { state, progress, result }: Ending): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('roster_runs')
    .set({
      state,
      ended_at: tx.now,
      ...(progress === undefined ? {} : { progress }),
      ...(result ? { result: JSON.stringify(result) } : {}),
    })
    .where('id', '=', id)
    .where('state', 'in', ['asked', 'running'])
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Asked for, or begun by a process that died over it. */
export async function listAsked(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await runs(db)
    .where((where) => where.or([where('state', '=', 'asked'), isLeft(now)]))
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id, state }) => ({ id, version: state }))
}
