import { stepUp } from '../server/escalations/actions.ts'
import { listUnaccepted } from '../server/escalations/queries.ts'
import type { EscalationId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When a request has not been accepted in time: the duty manager, then the head of the department. Repeats safely: a step is taken once. */
export const escalateToDepartment = dueJob(
  'escalate-to-department',
  listUnaccepted,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => stepUp(tx, id as EscalationId)),
)
