import type { ContestId, RatingId, StaffId, TicketId } from '../kernel/ids.ts'

/** Why a rating does not count for the person whom it would be credited to (REGULATION 3, S). */
export type ExclusionReason = 'abuse' | 'wrong_agent' | 'outage' | 'price' | 'policy' | 'duplicate' | 'never_spoke'
export type ContestGround = Exclude<ExclusionReason, 'duplicate'> | 'other'
type Rated = { ratingId: RatingId; ticketId: TicketId }

export type RatingEvents = {
  'rating.contested': Rated & { contestId: ContestId; by: StaffId; ground: ContestGround }
  /** The second person's word. */
  'rating.contest_decided': Rated & {
    contestId: ContestId
    contestedBy: StaffId
    by: StaffId
    outcome: 'counted' | 'excluded'
  }
  'rating.contest_withdrawn': Rated & { contestId: ContestId; by: StaffId }
  /** For all who are credited with it; `contestId` where it was contested. */
  'rating.excluded': Rated & { by: StaffId; reason: ExclusionReason; contestId: ContestId | null }
  'rating.included': Rated & { by: StaffId; reason: ExclusionReason }
}
