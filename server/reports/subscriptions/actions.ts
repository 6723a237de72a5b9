import type { ReportSubscriptionId } from '../../kernel/ids.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Slice } from '../periods/rules.ts'
import { deleteOwn, insertSubscription } from './queries.ts'
import { nextDue, type Period } from './rules.ts'

/** From its next time on, by mail. */
export async function subscribeReport(tx: Tx, period: Period, slice: Slice, zone: string): Promise<void> {
  need(tx, 'report.read')
  const staffId = staffOf(tx)
  const { reportTime } = await currentSettings(tx.db)
  await insertSubscription(tx, { staffId, period, ...slice, dueAt: nextDue(period, tx.now, reportTime, zone) })
  await announce(tx, 'report.subscribed', { staffId, period }, { about: [] })
}

/** One's own only; somebody else's is not there. */
export async function unsubscribeReport(tx: Tx, id: ReportSubscriptionId): Promise<void> {
  const staffId = staffOf(tx)
  await deleteOwn(tx, staffId, id)
  await announce(tx, 'report.unsubscribed', { staffId, subscriptionId: id }, { about: [] })
}
