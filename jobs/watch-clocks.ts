import type { ClockId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { breachClock, warnOfClock } from '../server/tickets/sla/actions.ts'
import { listBreaches, listWarnings } from '../server/tickets/sla/queries.ts'
import { dueJob } from './due-job.ts'

/** When three quarters of an agreed time are gone. Repeats safely: noted once. */
export const warnOfClocks = dueJob(
  'warn-of-clocks',
  listWarnings,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => warnOfClock(tx, id as ClockId)),
)

/** When an agreed time is over without an answer. Repeats safely: noted once. */
export const breachClocks = dueJob(
  'breach-clocks',
  listBreaches,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => breachClock(tx, id as ClockId)),
)
