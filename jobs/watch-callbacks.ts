import { noteOverdue } from '../server/calls/callbacks/actions.ts'
import { listOverdue } from '../server/calls/callbacks/queries.ts'
import type { CallbackId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When a call back is due and nobody has called: the duty manager is told. Repeats safely: once for each time it is due. */
export const watchCallbacks = dueJob(
  'watch-callbacks',
  listOverdue,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => noteOverdue(tx, id as CallbackId)),
)
