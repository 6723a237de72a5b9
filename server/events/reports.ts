import type { ReportSubscriptionId, StaffId } from '../kernel/ids.ts'

export type ReportEvents = {
  'report.subscribed': { staffId: StaffId; period: 'night' | 'week' | 'month' }
  'report.unsubscribed': { staffId: StaffId; subscriptionId: ReportSubscriptionId }
  'report.sent': { staffId: StaffId; subscriptionId: ReportSubscriptionId; period: 'night' | 'week' | 'month' }
}
