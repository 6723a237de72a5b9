import type { Generated, JSONColumnType } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { Finding } from '../facts.ts'

export type ExceptionTables = {
  /** What was done by hand against a hard rule, with the reason and the leader who answers for it (row 3). */
  roster_exceptions: {
    id: Generated<string>
    night: string
    post: Post
    staff_id: string
    what: 'added' | 'changed' | 'removed'
    reason: string
    leader_id: string
    made_by: string
    made_at: Date
    findings: JSONColumnType<Finding[], string, never>
  }
}
