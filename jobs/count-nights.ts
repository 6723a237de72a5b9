import { system } from '../server/platform/actor.ts'
import { keepNight } from '../server/reports/periods/actions.ts'
import { listUncounted } from '../server/reports/periods/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** A few in each pass: years of them are counted in minutes, and nobody's message waits for it. */
const AT_ONCE = 3

/** When a night is over and its figures are not kept yet, and once a day for a week after. Repeats safely: it counts anew. */
export const countNights: DueJob = (deps) =>
  dueJob(
    'count-nights',
    (db, now) => listUncounted(db, now, AT_ONCE, deps.config.timeZone),
    ({ transact, config }) =>
      (night) =>
        transact(system, (tx) => keepNight(tx, night, config.timeZone)),
  )(deps)
