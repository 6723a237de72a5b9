import type { ObligationId } from '../server/kernel/ids.ts'
import { lapse } from '../server/obligations/actions.ts'
import { listLapsing } from '../server/obligations/queries.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When something that is due has not been done in its time. Repeats safely: each is late once and missed once. */
export const lapseObligations = dueJob(
  'lapse-obligations',
  listLapsing,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => lapse(tx, id as ObligationId)),
  { together: 50 },
)
