import { localOf } from '../server/kernel/time.ts'
import { system } from '../server/platform/actor.ts'
import { freezeMonth } from '../server/roster/months/actions.ts'
import { listToFreeze } from '../server/roster/months/queries.ts'
import type { DueJob } from './due-job.ts'
import { dueJob } from './due-job.ts'

/** When the last night of a published month is over: its roster stays as it was. Repeats safely. */
export const freezeMonths: DueJob = (deps) =>
  dueJob(
    'freeze-months',
    async (db, now) => {
      // Until noon of the first the last night of the month before may still run.
      const { date, time } = localOf(now, deps.config.timeZone)
      if (date.endsWith('-01') && time < '12:00') return []
      return (await listToFreeze(db, date.slice(0, 7))).map((id) => ({ id, version: 1 }))
    },
    ({ transact }) =>
      (month) =>
        transact(system, (tx) => freezeMonth(tx, month)),
    { slow: true },
  )(deps)
