import type { ClockId, TicketId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { breachClock, settleLate, warnOfClock } from '../server/tickets/sla/actions.ts'
import { listLate } from '../server/tickets/sla/hearing/queries.ts'
import { listBreaches, listWarnings } from '../server/tickets/sla/queries.ts'
import { dueJob } from './due-job.ts'

/** When three quarters of an agreed time are gone. Repeats safely: noted once. */
export const warnOfClocks = dueJob(
  'warn-of-clocks',
  listWarnings,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => warnOfClock(tx, id as ClockId)),
  { together: 50 },
)

/** When an agreed time is over without an answer. Repeats safely: noted once. */
export const breachClocks = dueJob(
  'breach-clocks',
  listBreaches,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => breachClock(tx, id as ClockId)),
  { together: 50 },
)

/** When clocks were heard while somebody held their ticket. Repeats safely: heard twice is heard once. */
export const settleLateClocks = dueJob(
  'settle-late-clocks',
  (db, _now, limit) => listLate(db, limit),
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => settleLate(tx, id as TicketId)),
  { together: 20 },
)
