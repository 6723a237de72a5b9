import type { ReminderId } from '../server/kernel/ids.ts'
import { writeReminder } from '../server/notifications/reminders/letters.ts'
import { listToWrite } from '../server/notifications/reminders/queries.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When somebody was reminded: a letter to them as well. Repeats safely: one a reminder. */
export const writeReminders = dueJob('write-reminders', listToWrite, ({ transact, config }) => {
  const place = { publicUrl: config.publicUrl, zone: config.timeZone }
  return (id) => transact(system, (tx) => writeReminder(tx, id as ReminderId, place))
})
