import { localOf } from '../server/kernel/time.ts'
import { system } from '../server/platform/actor.ts'
import { findMonth } from '../server/roster/months/queries.ts'
import { remindOfMonth } from '../server/roster/months/reminding/actions.ts'
import { isReminded, isStaffed } from '../server/roster/months/reminding/queries.ts'
import { plannedAt, type Step, stepOf, WHATS, type What } from '../server/roster/months/reminding/rules.ts'
import { deadlinesOf, isPublished } from '../server/roster/months/rules.ts'
import { currentSettings } from '../server/settings/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** In the month before, while its roster is not published: what is still to be said and done, once a step. Repeats safely. */
export const remindOfRosters: DueJob = (deps) => {
  const zone = deps.config.timeZone
  return dueJob(
    'remind-of-rosters',
    async (db, now) => {
      const month = plannedAt(now, zone)
      const plan = await findMonth(db, month)
      if ((plan && isPublished(plan)) || !(await isStaffed(db))) return []
      const settings = await currentSettings(db)
      const { inputBy, publishBy } = deadlinesOf(month, settings, { nightStart: settings.nightStart, zone })
      const at = localOf(now, zone)
      const due: { id: string; version: string }[] = []
      for (const what of WHATS) {
        const step = stepOf(what === 'input' ? inputBy : publishBy, at, settings.rosterRemindTime)
        if (!(await isReminded(db, month, what, step))) due.push({ id: `${month}.${what}.${step}`, version: step })
      }
      return due
    },
    ({ transact }) =>
      async (id) => {
        const [month = '', what = '', step = ''] = id.split('.')
        await transact(system, (tx) => remindOfMonth(tx, { month, what: what as What, step: step as Step }, zone))
      },
  )(deps)
}
