import type { ColumnType, Generated } from 'kysely'
import type { CommendationFinding, CommendationSource, CommendationState } from '../events/recognition.ts'

type Later<T> = ColumnType<T | null, T | null | undefined, T | null>

export type RecognitionTables = {
  commendations: {
    id: Generated<string>
    /** Whom it is about. */
    staff_id: string
    source: CommendationSource
    state: CommendationState
    /** Null where an excellent month said it. */
    nominated_by: string | null
    nominated_at: Date
    words: string
    /** What shows it: paths of ours, or addresses. */
    links: string[]
    finding: Later<CommendationFinding>
    check_words: Generated<string>
    checked_by: Later<string>
    checked_at: Later<Date>
    /** What the leaders say, and what stands on the wall. */
    decision: Generated<string>
    /** What is to follow; carried out by people, never by the program. */
    reward: Generated<string>
    decided_by: Later<string>
    decided_at: Later<Date>
    executed_by: Later<string>
    executed_at: Later<Date>
    /** The person does not want this one on the wall. */
    hidden_at: Later<Date>
    told_at: Later<Date>
    /** The measure that granted it, where an excellent month did. */
    measure_id: Later<string>
    /** Null where it fell by itself, with the result that it rested on. */
    revoked_by: Later<string>
    revoked_at: Later<Date>
    revocation: Generated<string>
    version: Generated<number>
  }
  /** A rating of five with words; the words stay with the rating and go with it. */
  praises: {
    id: Generated<string>
    /** The best mark with words… */
    rating_id: string | null
    /** …or what a customer said in the conversation. */
    message_id: Generated<string | null>
    staff_id: string
    heard_at: Date
    state: Generated<'heard' | 'used' | 'set_aside'>
    commendation_id: Later<string>
    settled_by: Later<string>
    settled_at: Later<Date>
  }
  wall_choices: { staff_id: string; on_wall: boolean; chosen_at: Date }
}
