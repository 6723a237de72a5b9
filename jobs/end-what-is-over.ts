import type { Keeping } from '../server/customers/privacy/keeping.ts'
import { endWhatIsOver } from '../server/customers/privacy/over/actions.ts'
import { isRunDone } from '../server/customers/privacy/over/queries.ts'
import { runDue } from '../server/customers/privacy/over/rules.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** Once a day at one o'clock by day: conversations, files, browsers and letters whose days are over. Repeats safely. */
export const endOver =
  (keeping: Keeping): DueJob =>
  (deps) =>
    dueJob(
      'end-what-is-over',
      async (db, now) => {
        const day = runDue(now, deps.config.timeZone)
        return day && !(await isRunDone(db, day)) ? [{ id: day, version: 0 }] : []
      },
      (house) => (day) => endWhatIsOver(house, keeping, { day, now: house.clock.now() }),
      { slow: true },
    )(deps)
