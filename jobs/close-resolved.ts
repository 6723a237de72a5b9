import type { TicketId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { closeTicket } from '../server/tickets/endings/actions.ts'
import { listClosing } from '../server/tickets/endings/queries.ts'
import { dueJob } from './due-job.ts'

/** 72 hours after the resolve without a word. Repeats safely. */
export const closeResolved = dueJob(
  'close-resolved',
  listClosing,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => closeTicket(tx, id as TicketId)),
)
