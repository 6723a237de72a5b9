import type { FalseRecordId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { passCase } from '../server/records/cases/late/actions.ts'
import { listLateCases } from '../server/records/cases/late/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** When the days for a case of a false record, or for the objection against it, are over. Repeats safely: it goes up once. */
export const passLateCases: DueJob = (deps) =>
  dueJob(
    'pass-late-cases',
    listLateCases,
    ({ transact }) =>
      (id) =>
        transact(system, (tx) => passCase(tx, id as FalseRecordId, deps.config.timeZone)),
  )(deps)
