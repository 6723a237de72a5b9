import { climb, goOn } from '../server/notifications/notices/actions.ts'
import { listDueClimbs, listDueSteps } from '../server/notifications/notices/queries.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When nothing has arrived by the last channel, or nobody has pressed: the next channel, the next round. Repeats safely. */
export const followPages = dueJob(
  'follow-pages',
  listDueSteps,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => goOn(tx, id)),
  { together: 20 },
)

/** When a notice was not read in time: the next person up is told (REGULATION row 2). Repeats safely: once a person. */
export const climbNotices = dueJob(
  'climb-notices',
  listDueClimbs,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => climb(tx, id)),
  { together: 20 },
)
