import { HOUR } from '../server/kernel/time.ts'
import { draftNextMonth } from '../server/tools/demo/months.ts'
import { extendDemoRoster } from '../server/tools/demo/sweep.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** Each hour in the demo company: the roster goes on covering the present. Repeats safely: it adds only what is missing. */
export const extendDemo: DueJob = (deps) => {
  let last = Number.NEGATIVE_INFINITY
  return dueJob(
    'extend-demo',
    async (_db, now) => {
      if (!deps.config.demo || now.getTime() - last < HOUR) return []
      last = now.getTime()
      return [{ id: 'roster', version: Math.floor(now.getTime() / HOUR) }]
    },
    () => async () => {
      await extendDemoRoster(deps)
      await draftNextMonth(deps)
    },
    { direct: true },
  )(deps)
}
