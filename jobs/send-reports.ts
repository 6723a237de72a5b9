import type { ReportSubscriptionId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { sendReport } from '../server/reports/subscriptions/letters.ts'
import { listDueReports } from '../server/reports/subscriptions/queries.ts'
import { dueJob } from './due-job.ts'

/** When a report that somebody wants by mail is due. Repeats safely: its next time is set with the letter. */
export const sendReports = dueJob('send-reports', listDueReports, ({ transact, config }) => {
  const place = { publicUrl: config.publicUrl, zone: config.timeZone }
  return (id) => transact(system, (tx) => sendReport(tx, id as ReportSubscriptionId, place))
})
