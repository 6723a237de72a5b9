import { expireCase } from '../server/customers/abuse/actions.ts'
import { listDueCases } from '../server/customers/abuse/queries.ts'
import type { AbuseCaseId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When a warning, a limit or a ban ends. Repeats safely: a case is lifted once. */
export const expireMeasures = dueJob(
  'expire-measures',
  listDueCases,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => expireCase(tx, id as AbuseCaseId)),
)
