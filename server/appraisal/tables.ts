import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { AppraisalState, Grade, MeasureKind, MeasureState, MonthState } from '../events/appraisal.ts'
import type { Post } from '../kernel/capabilities.ts'
import type { Moved } from './deciding/rules.ts'
import type { Kept } from './evidence/rules.ts'
import type { Rates } from './months/norms/rules.ts'
import type { Plan } from './months/rules.ts'
import type { Raters } from './scoring/quality/rules.ts'
import type { Limits, Result } from './scoring/rules.ts'
import type { Norm } from './scoring/satisfaction/rules.ts'
import type { Indicator, WeightsByPost } from './scoring/weights/rules.ts'

/** PostgreSQL gives numerics as text, so that none loses a digit. */
type Numeric = ColumnType<string, number | undefined, number>
type OptionalNumeric = ColumnType<string | null, number | null | undefined, number | null>
type Later<T> = ColumnType<T | null, T | null | undefined, T | null>

export type AppraisalTables = {
  appraisal_weights: {
    version: number
    weights: JSONColumnType<WeightsByPost>
    why: string
    changed_by: string
    changed_at: Date
  }
  /** A month of the company, from its opening to its closing; what it is counted by is frozen with it. */
  appraisal_months: {
    id: Generated<string>
    /** Its first day, `2026-10-01`. */
    month: string
    state: MonthState
    /** 1: as it was when the month ended. 2: after the contests. */
    pass: Generated<number>
    /** The clock on the wall that it was opened by. */
    zone: string
    from_at: Date
    to_at: Date
    plan: JSONColumnType<Plan>
    /** When the present stage ends; null while figures are counted, and after the end. */
    due_at: Date | null
    weights_version: number
    weights: JSONColumnType<WeightsByPost>
    limits: JSONColumnType<Limits>
    norm: JSONColumnType<Norm>
    raters: JSONColumnType<Raters>
    rates: JSONColumnType<Rates>
    /** The pass that norm, raters and rates were made for. */
    norms_pass: Generated<number>
    opened_at: Date
    frozen_at: Later<Date>
    published_at: Later<Date>
    closed_at: Later<Date>
    version: Generated<number>
  }
  appraisals: {
    id: Generated<string>
    month_id: string
    staff_id: string
    state: AppraisalState
    /** What is published next or stands published: 1, and one more with each reopening. */
    revision: Generated<number>
    /** The pass of the month that it has been counted in. */
    pass: Generated<number>
    /** Shifts a post. */
    posts: JSONColumnType<Partial<Record<Post, number>>>
    /** The post of most shifts. */
    post: Post
    trial: boolean
    result: JSONColumnType<Result | null, string | null | undefined, string | null>
    score: OptionalNumeric
    grade: Later<Grade>
    review: Numeric
    review_why: Generated<string>
    reviewed_by: Later<string>
    reviewed_at: Later<Date>
    review_due_at: Later<Date>
    review_told_at: Later<Date>
    signed_by: Later<string>
    signed_at: Later<Date>
    amendment: Numeric
    /** A proven serious case, in words and with what shows it. */
    case_words: Later<string>
    case_link: Later<string>
    case_by: Later<string>
    case_at: Later<Date>
    reopened_by: Later<string>
    reopened_why: Later<string>
    reopened_link: Later<string>
    published_at: Later<Date>
    answer_due_at: Later<Date>
    answered_at: Later<Date>
    closed_at: Later<Date>
    /** Whoever scored, reviewed, signed or opened again a version before this one. */
    earlier_parts: Generated<string[]>
    version: Generated<number>
  }
  /** What a person's month was counted from: the facts of one item, each with the row that shows it. */
  appraisal_inputs: {
    appraisal_id: string
    revision: number
    item: string
    subject: string
    facts: JSONColumnType<Kept[]>
  }
  /** Each result that was published, for ever. */
  appraisal_results: {
    appraisal_id: string
    revision: number
    result: JSONColumnType<Result>
    score: OptionalNumeric
    grade: Grade
    why: string
    published_at: Date
    published_by: string | null
  }
  appraisal_words: {
    id: Generated<string>
    appraisal_id: string
    kind: 'comment' | 'return'
    staff_id: string
    words: string
    said_at: Date
  }
  /** A duty manager's part, or the group's where the person led the night (`manager_id` null). */
  appraisal_scores: {
    id: Generated<string>
    appraisal_id: string
    manager_id: string | null
    /** So many of this person's shifts they led. */
    shifts: number
    moved: JSONColumnType<Moved | null, string | null | undefined, string | null>
    scored_by: Later<string>
    scored_at: Later<Date>
  }
  appraisal_objections: {
    id: Generated<string>
    appraisal_id: string
    revision: number
    words: string
    made_at: Date
    outcome: Later<'upheld' | 'amended'>
    amendment: Numeric
    why: Generated<string>
    decided_by: Later<string>
    decided_at: Later<Date>
  }
  /** How a shift went, by whoever led it, while it is fresh (REGULATION row 68). */
  shift_notes: {
    id: Generated<string>
    shift_id: string
    manager_id: string
    reachable: number
    records: number
    courteous: number
    helpful: number
    words: string
    link: string
    noted_at: Date
  }
  appraisal_measures: {
    id: Generated<string>
    appraisal_id: string
    staff_id: string
    kind: MeasureKind
    state: MeasureState
    coefficient: OptionalNumeric
    why: Generated<string>
    proposed_at: Date
    edited_by: Later<string>
    edited_at: Later<Date>
    statement: Later<string>
    stated_at: Later<Date>
    statement_due_at: Later<Date>
    decided_by: Later<string>
    decided_at: Later<Date>
    decision: Generated<string>
    executed_by: Later<string>
    executed_at: Later<Date>
    objection: Later<string>
    objected_at: Later<Date>
    reviewed_by: Later<string>
    reviewed_at: Later<Date>
    review: Generated<string>
    told_chief_at: Later<Date>
    expires_at: Later<Date>
    /** Null where it fell with the result that it rested on. */
    withdrawn_by: Later<string>
    withdrawn_at: Later<Date>
    withdrawal: Generated<string>
    version: Generated<number>
  }
  coaching_requests: {
    id: Generated<string>
    staff_id: string
    appraisal_id: string | null
    indicator: Indicator | null
    words: string
    state: 'requested' | 'scheduled' | 'declined'
    asked_at: Date
    due_at: Date
    answer: Generated<string>
    answered_by: Later<string>
    answered_at: Later<Date>
  }
}
