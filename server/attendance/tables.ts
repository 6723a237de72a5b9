import type { ColumnType, Generated } from 'kysely'
import type { PostCaseOrigin } from '../events/attendance.ts'
import type { Post } from '../kernel/capabilities.ts'
import type { PostCaseState } from './cases/rules.ts'
import type { Corrected, CorrectionState } from './corrections/rules.ts'
import type { Arrival, How } from './rules.ts'
import type { StayEnd } from './stays/rules.ts'

type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>

export type AttendanceTables = {
  attendances: {
    id: Generated<string>
    shift_id: string
    staff_id: string
    checked_in_at: Date
    arrival: 'ready' | 'late_for_handover' | 'late'
    minutes_late: Generated<number>
    checked_out_at: Date | null
    how: Generated<How>
    place_id: Optional<string>
    witness_id: Optional<string>
    /** After the end of the shift, where relief is missing: until when this person holds the post. */
    stays_until: Optional<Date>
  }
  /** Who stayed on, whether they said so themselves, and how it ended. */
  stays: {
    attendance_id: string
    noted_at: Date
    promised_at: Optional<Date>
    ended_at: Optional<Date>
    ended_why: Optional<StayEnd>
  }
  /** The paid break, stretches away with somebody's cover (`slip`), and those off post before coming back (`off`). */
  breaks: {
    id: Generated<string>
    attendance_id: string
    started_at: Date
    ends_by: Date
    ended_at: Date | null
    kind: Generated<'break' | 'slip' | 'off'>
    overdue_at: Optional<Date>
  }
  /** Where a screen shows the code of the moment. */
  places: {
    id: Generated<string>
    name: string
    secret: Buffer
    made_by: string
    made_at: Date
    closed_by: Optional<string>
    closed_at: Optional<Date>
  }
  /** Whoever was missing after the grace: came after all, was replaced, or is absent; excused by somebody else, never by themselves. */
  absences: {
    id: Generated<string>
    shift_id: string | null
    staff_id: string
    post: Post
    night: string
    starts_at: Date
    ends_at: Date
    missing_at: Date
    came_at: Optional<Date>
    absent_at: Optional<Date>
    replaced_by: Optional<string>
    replaced_at: Optional<Date>
    decided_by: Optional<string>
    excused_by: Optional<string>
    excused_at: Optional<Date>
    excuse: Optional<string>
  }
  arrival_tellings: { shift_id: string; staff_id: string; what: 'arrive' | 'late'; at: Date }
  wrong_codes: { id: Generated<string>; staff_id: string; at: Date }
  leave_slips: {
    id: Generated<string>
    attendance_id: string
    cover_id: string
    reason: string
    state: 'asked' | 'away' | 'back' | 'declined' | 'withdrawn'
    asked_at: Date
    answered_at: Optional<Date>
    break_id: Optional<string>
  }
  /** Planned at random when somebody comes; asked, answered by one press, or not. */
  presence_questions: {
    id: Generated<string>
    attendance_id: string
    ask_at: Date
    state: Generated<'planned' | 'asked' | 'answered' | 'unanswered' | 'dropped'>
    asked_at: Optional<Date>
    answer_by: Optional<Date>
    answered_at: Optional<Date>
  }
  /** It may be that somebody left their post: what was seen, what they say to it, what another decides. */
  post_cases: {
    id: Generated<string>
    attendance_id: string
    origin: PostCaseOrigin
    question_id: Optional<string>
    break_id: Optional<string>
    opened_at: Date
    opened_by: Optional<string>
    observed: Optional<string>
    visited_by: Optional<string>
    visited_at: Optional<Date>
    found: Optional<'there' | 'not_there'>
    visit_note: Optional<string>
    statement_due_at: Date
    statement: Optional<string>
    stated_at: Optional<Date>
    state: Generated<PostCaseState>
    decided_by: Optional<string>
    decided_at: Optional<Date>
    decision: Optional<string>
  }
  /** Beside what was recorded, never in its place. `attended` (a view) is what holds by now. */
  attendance_corrections: {
    id: Generated<string>
    shift_id: string
    staff_id: string
    what: Corrected
    at: Date
    reason: string
    asked_by: string
    asked_at: Date
    state: CorrectionState
    decided_by: Optional<string>
    decided_at: Optional<Date>
    answer: Optional<string>
    arrival: Optional<Arrival>
    minutes_late: ColumnType<number | null, number | null | undefined, number | null>
  }
}
