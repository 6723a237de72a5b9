import { system } from '../server/platform/actor.ts'
import { keepMonth } from '../server/reports/satisfaction/keeping/actions.ts'
import { listUnkept } from '../server/reports/satisfaction/keeping/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** One after the other: a month of a large house takes a second. */
const AT_ONCE = 1

/** When a month of ratings is over, when something in it changed, and once a week. Repeats safely: it counts anew. */
export const keepSatisfaction: DueJob = (deps) =>
  dueJob(
    'keep-satisfaction',
    (db, now) => listUnkept(db, now, AT_ONCE, deps.config.timeZone),
    ({ transact, config }) =>
      (month) =>
        transact(system, (tx) => keepMonth(tx, month, config.timeZone)),
  )(deps)
