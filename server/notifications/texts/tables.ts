import type { ColumnType, Generated } from 'kysely'

export type TextState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown' | 'dropped'
export type CustomerTextTables = {
  /** A short message to a customer: when we call back. At most once (RELIABILITY 7). */
  customer_texts: {
    id: Generated<string>
    callback_id: string
    /** One a promise. */
    promise_id: string
    number: string
    language: 'zh-CN' | 'en'
    promised_at: Date
    state: TextState
    attempts: Generated<number>
    due_at: Date | null
    error: Optional<string>
    page_id: Generated<string>
    made_at: Date
    settled_at: Optional<Date>
  }
}
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
