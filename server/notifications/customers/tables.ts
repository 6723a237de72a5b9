import type { ColumnType, Generated } from 'kysely'
import type { CustomerLetterKind } from '../../events/notifications.ts'
import type { LetterState } from './rules.ts'

export type CustomerLetterTables = {
  /** What a customer is to be told by mail, decided before it is written: words stand only in the letter itself. */
  customer_letters: {
    id: Generated<string>
    ticket_id: string
    kind: CustomerLetterKind
    state: LetterState
    /** `due`: when it is decided about; `waiting`: until when an address may still be proved. */
    due_at: Date | null
    made_at: Date
    /** Of a morning letter: the date on which that night began. */
    night: ColumnType<string | null, string | null | undefined, string | null>
    mail_id: ColumnType<string | null, string | null | undefined, string | null>
    settled_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  }
  /** Which messages stood in which letter: none stands in two. */
  mailed_messages: { ticket_id: string; seq: number; letter_id: string }
  /** The mornings on which the night was told. */
  morning_runs: { day: string; at: Date }
}
