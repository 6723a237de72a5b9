import type { Generated, JSONColumnType } from 'kysely'
import type { Cut, Facts } from './periods/rules.ts'
import type { Period } from './subscriptions/rules.ts'

export type ReportTables = {
  /** Nights that have been counted, with when. */
  report_nights: { night: string; counted_at: Date }
  /** What a night came to, whole and cut in three ways. */
  report_counts: { night: string; cut: Cut; key: string; facts: JSONColumnType<Facts> }
  /** A report that somebody wants by mail, and when the next one goes. */
  report_subscriptions: {
    id: Generated<string>
    staff_id: string
    period: Period
    cut: Cut
    key: string
    due_at: Date
    made_at: Date
    sent_at: Date | null
  }
}
