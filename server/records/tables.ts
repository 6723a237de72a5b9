import type { ColumnType, Generated } from 'kysely'
import type { CaseWeight, DocumentPurpose, DocumentState, FalseRecordState } from '../events/records.ts'

type Later<T> = ColumnType<T | null, T | null | undefined, T | null>

export type RecordTables = {
  document_requests: {
    id: Generated<string>
    /** Who is asked. */
    staff_id: string
    asked_by: string
    asked_at: Date
    purpose: DocumentPurpose
    words: string
    /** What it is about: a page of ours, or an address. */
    link: string | null
    state: DocumentState
    /** 1, and one more each time that it was not enough. */
    round: Generated<number>
    due_at: Date
    version: Generated<number>
  }
  /** Insert-only: what was said stands, corrections are additions. */
  document_answers: {
    id: Generated<string>
    request_id: string
    /** `back`: of whoever asked, what is missing. */
    kind: 'answer' | 'addition' | 'back'
    staff_id: string
    said_at: Date
    words: string
    links: string[]
    file: string | null
    file_type: string | null
    file_name: string | null
  }
  false_records: {
    id: Generated<string>
    staff_id: string
    opened_by: string
    opened_at: Date
    words: string
    links: string[]
    request_id: string | null
    state: FalseRecordState
    statement: Later<string>
    stated_at: Later<Date>
    statement_due_at: Date
    /** When it, or the objection against it, is to be decided at the latest. */
    decide_due_at: Later<Date>
    /** It was not, and went one level up. */
    decide_told_at: Later<Date>
    weight: Later<CaseWeight>
    decision: Generated<string>
    decided_by: Later<string>
    decided_at: Later<Date>
    object_until: Later<Date>
    objection: Later<string>
    objected_at: Later<Date>
    review: Generated<string>
    reviewed_by: Later<string>
    reviewed_at: Later<Date>
    version: Generated<number>
  }
}
