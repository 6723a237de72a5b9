import type { Generated } from 'kysely'
import type { ContestGround, ExclusionReason } from '../../events/ratings.ts'

export type RatingTables = {
  /** The agent's word that a rating is not about them; a second person settles it. One a person and rating. */
  rating_contests: {
    id: Generated<string>
    rating_id: string
    staff_id: string
    ground: ContestGround
    /** What they say; may name what the customer wrote. */
    words: string
    contested_at: Date
    state: 'open' | 'counted' | 'excluded' | 'withdrawn'
    decided_by: string | null
    decided_at: Date | null
    why: string
    version: Generated<number>
  }
  /** A rating that was left out by a person. What follows from the record itself (abuse, the customer's reason, one too many) has no row. */
  rating_exclusions: {
    id: Generated<string>
    rating_id: string
    reason: ExclusionReason
    why: string
    contest_id: string | null
    excluded_by: string
    excluded_at: Date
    lifted_by: string | null
    lifted_at: Date | null
    lifted_why: string
  }
}
