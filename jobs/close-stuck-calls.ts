import { closeStuck } from '../server/calls/actions.ts'
import { ringSecondsOf } from '../server/calls/lines/queries.ts'
import { listStuck } from '../server/calls/queries.ts'
import type { CallId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When a line does not say how a call ended. Repeats safely: a call is closed once, and what is told later still counts. */
export const closeStuckCalls = dueJob(
  'close-stuck-calls',
  listStuck,
  ({ transact }) =>
    (id) =>
      transact(system, async (tx) => closeStuck(tx, id as CallId, await ringSecondsOf(tx.db, id as CallId))),
)
