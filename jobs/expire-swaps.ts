import type { SwapId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { expireSwap } from '../server/roster/swaps/actions.ts'
import { listLapsing } from '../server/roster/swaps/queries.ts'
import { dueJob } from './due-job.ts'

/** When a change of shifts that nobody has approved lapses. Repeats safely: each lapses once. */
export const expireSwaps = dueJob(
  'expire-swaps',
  listLapsing,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => expireSwap(tx, id as SwapId)),
)
