import { stepUp } from '../server/escalations/deadlines/actions.ts'
import { listUnaccepted, listUntold } from '../server/escalations/deadlines/queries.ts'
import { leaveLetters } from '../server/escalations/letters.ts'
import type { EscalationId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When a request has been sent, or climbed to the head: letters with a link to whoever may take it. Repeats safely: once a step. */
export const escalateToDepartment = dueJob('escalate-to-department', listUntold, ({ transact, config }) => {
  const place = { publicUrl: config.publicUrl, zone: config.timeZone }
  return (id) => transact(system, (tx) => leaveLetters(tx, id as EscalationId, place))
})

/** When a request has not been accepted in time: the duty manager, then the head of the department. Repeats safely: a step is taken once. */
export const stepUpEscalations = dueJob(
  'step-up-escalations',
  listUnaccepted,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => stepUp(tx, id as EscalationId)),
)
