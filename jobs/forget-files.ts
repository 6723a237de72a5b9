import { HOUR, plus } from '../server/kernel/time.ts'
import { system } from '../server/platform/actor.ts'
import { forgetIncoming, listForgotten } from '../server/tickets/files/queries.ts'
import { dueJob } from './due-job.ts'

/** A file that was stored and that no message named within the hour: whoever sent it was cut off. Repeats safely. */
export const forgetFiles = dueJob(
  'forget-files',
  (db, now, limit) => listForgotten(db, plus(now, -HOUR), limit),
  ({ transact, files }) =>
    async (id) => {
      await files.delete(id)
      await transact(system, (tx) => forgetIncoming(tx, id))
    },
)
