import type { StaffId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { followUp } from '../server/roster/confirmations/actions.ts'
import { listDuePeople } from '../server/roster/confirmations/queries.ts'
import { dueJob } from './due-job.ts'

/** When somebody is to be reminded of shifts that they have not answered, or their time is over. Repeats safely: each is noted once. */
export const followConfirmations = dueJob(
  'follow-confirmations',
  listDuePeople,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => followUp(tx, id as StaffId)),
)
