import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { Cell, Finding } from '../facts.ts'
import type { Step, What } from './reminding/rules.ts'
import type { MonthState, VersionWhy } from './rules.ts'

type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
export type StoredCell = Pick<Cell, 'night' | 'post' | 'staffId' | 'backup' | 'locked'>

export type MonthTables = {
  /** What HR alone knows of a person and the rules need; dates are days of the calendar. Never shown to others, in no export, log or event. */
  staff_planning: {
    staff_id: string
    birth_date: Optional<string>
    sex: Optional<'female' | 'male'>
    protected_from: Optional<string>
    protected_to: Optional<string>
    trained_until: Optional<string>
    most_nights: Optional<number>
    changed_by: string
    changed_at: Date
  }
  /** Approved leave, both days included. */
  staff_leaves: {
    id: Generated<string>
    staff_id: string
    first_day: string
    last_day: string
    made_by: string
    made_at: Date
    cancelled_by: Optional<string>
    cancelled_at: Optional<Date>
  }
  roster_wishes: { staff_id: string; night: string; wish: 'want' | 'avoid'; made_at: Date }
  /** A planned month, `2026-12`; without a row it is not planned as a whole, and its shifts are entered one by one. */
  roster_months: {
    month: string
    state: MonthState
    /** 0 until it is published. */
    version: Generated<number>
    opened_by: string | null
    opened_at: Date
    published_at: Optional<Date>
    published_by: Optional<string>
    /** The version that HR's open changes began from. */
    draft_from: Optional<number>
  }
  /** The plan as it stands: the draft, or what the last version says. */
  roster_cells: {
    id: Generated<string>
    month: string
    night: string
    post: Post
    staff_id: string
    backup: Generated<boolean>
    locked: Generated<boolean>
    /** Why the generator chose: code and values, words in the dictionary. */
    why: JSONColumnType<object | null, string | null | undefined, string | null>
  }
  /** What a night needs where it is not what the company usually asks; `gap_reason` where fewer stand there on purpose (row 20). */
  roster_needs: {
    night: string
    post: Post
    heads: number | null
    gap_reason: Optional<string>
    changed_by: string
    changed_at: Date
  }
  /** That it was told, so that it is told once. */
  roster_reminders: { month: string; what: What; step: Step; made_at: Date }
  /** What a department has said about a month (row 19). */
  roster_inputs: { month: string; department_id: string; note: string; given_by: string; given_at: Date }
  roster_edits: {
    id: Generated<string>
    month: string
    staff_id: string
    before: JSONColumnType<StoredCell[], string, string>
    after: JSONColumnType<StoredCell[], string, string>
    at: Date
    /** The version that was in force when it was made; 0 while nothing was published. */
    version: Generated<number>
    undone_at: Optional<Date>
  }
  /** A published version as it was; a trigger keeps it. */
  roster_versions: {
    month: string
    version: number
    at: Date
    by: string | null
    why: VersionWhy
    reason: Optional<string>
    leader_id: Optional<string>
    late: boolean
    cells: JSONColumnType<StoredCell[], string, never>
    findings: JSONColumnType<Finding[], string, never>
  }
  roster_runs: {
    id: Generated<string>
    month: string
    state: 'asked' | 'running' | 'done' | 'cancelled' | 'failed'
    asked_by: string
    asked_at: Date
    seconds: number
    started_at: Optional<Date>
    /** When a process was last at it. */
    seen_at: Optional<Date>
    ended_at: Optional<Date>
    progress: Generated<number>
    result: JSONColumnType<object | null, string | null | undefined, string | null>
  }
}
