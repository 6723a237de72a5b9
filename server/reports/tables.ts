import type { Generated, JSONColumnType } from 'kysely'
import type { ExclusionReason } from '../events/ratings.ts'
import type { Channel } from '../events/tickets.ts'
import type { Cut, Facts } from './periods/rules.ts'
import type { Period } from './subscriptions/rules.ts'

export type ReportTables = {
  /** Nights that have been counted, with when. */
  report_nights: { night: string; counted_at: Date }
  /** What a night came to, whole and cut in three ways. */
  report_counts: { night: string; cut: Cut; key: string; facts: JSONColumnType<Facts> }
  /** Months whose ratings have been counted: by which clock, under which limit, when. */
  satisfaction_months: { month: string; zone: string; per_customer: number; counted_at: Date }
  /** What was asked on a day and what was answered, alike together. */
  satisfaction_asked: {
    month: string
    day: string
    hour: number
    channel: Channel
    category_id: string | null
    /** Whom it is credited to; null: nobody of the staff spoke. */
    staff_id: string | null
    state: 'asked' | 'given'
    service: number | null
    product: number | null
    reasons: string[]
    count: number
  }
  /** What arrived on a day and counts for somebody, alike together. */
  satisfaction_people: {
    month: string
    day: string
    channel: Channel
    category_id: string | null
    /** Three hours of the clock, 0 to 7. */
    band: number
    staff_id: string
    service: number
    count: number
  }
  /** Ratings of a kept month that came with words, or do not count: where they are, and why; never what was said. */
  satisfaction_said: {
    rating_id: string
    month: string
    given_at: Date
    channel: Channel
    category_id: string | null
    staff_id: string | null
    worded: boolean
    reason: ExclusionReason | null
    by: string | null
  }
  /** When the ratings were asked for and given that something happened to since their month was counted; written by triggers. */
  satisfaction_changes: { id: Generated<string>; at: Date }
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
