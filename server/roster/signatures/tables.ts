import type { ColumnType, Generated } from 'kysely'
import type { SignatureState } from './rules.ts'

type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>

export type SignatureTables = {
  /** What a leader was named for, of a version or of something done by hand, and what they say to it (row 3). */
  roster_signatures: {
    id: Generated<string>
    leader_id: string
    month: Optional<string>
    version: Optional<number>
    exception_id: Optional<string>
    named_by: string | null
    named_at: Date
    state: Generated<SignatureState>
    words: Optional<string>
    answered_at: Optional<Date>
  }
}
