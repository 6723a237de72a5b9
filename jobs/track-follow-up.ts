import type { PromiseId, TicketId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { followUp } from '../server/tickets/next/actions.ts'
import { listFollowUps } from '../server/tickets/next/queries.ts'
import { trackPromise } from '../server/tickets/promises/actions.ts'
import { listDuePromises } from '../server/tickets/promises/queries.ts'
import { dueJob } from './due-job.ts'

/** When the next time of an open ticket has come and nothing happened. Repeats safely: a new next time is set with it. */
export const trackFollowUp = dueJob(
  'track-follow-up',
  listFollowUps,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => followUp(tx, id as TicketId)),
)

/** Shortly before a promise is due, and when its time is over. Repeats safely: each is noted once. */
export const trackPromises = dueJob(
  'track-promises',
  listDuePromises,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => trackPromise(tx, id as PromiseId)),
)
