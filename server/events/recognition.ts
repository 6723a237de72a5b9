import type { CommendationId, PraiseId, RatingId, StaffId } from '../kernel/ids.ts'

/** Who had the thought: a colleague, customers in their own words, or an excellent month. */
export type CommendationSource = 'colleague' | 'customers' | 'appraisal'
/** REGULATION 2, COMMEND. */
export type CommendationState = 'nominated' | 'reviewed' | 'granted' | 'declined' | 'withdrawn' | 'executed' | 'revoked'
/** What the check of the facts found. */
export type CommendationFinding = 'holds' | 'partly' | 'fails'

type One = { commendationId: CommendationId; staffId: StaffId }

export type RecognitionEvents = {
  'commendation.nominated': One & { by: StaffId | null; source: CommendationSource }
  'commendation.checked': One & { by: StaffId; finding: CommendationFinding }
  'commendation.decided': One & { by: StaffId; nominatedBy: StaffId | null; outcome: 'granted' | 'declined' }
  'commendation.withdrawn': One & { by: StaffId }
  /** Nobody has decided for too long. */
  'commendation.undecided': One
  'commendation.rewarded': One & { by: StaffId }
  /** What it rested on stands no more (`by` null: by itself, with a further version of the month). */
  'commendation.revoked': One & { by: StaffId | null }
  /** The person took it off the wall, or put it back. */
  'commendation.shown': One & { shown: boolean }
  /** From now on nothing of theirs, or everything, stands on the wall. */
  'wall.chosen': { staffId: StaffId; onWall: boolean }
  /** A customer gave the best mark and said why, or (`ratingId` null) praised somebody in the conversation. */
  'praise.heard': { praiseId: PraiseId; ratingId: RatingId | null; staffId: StaffId }
  'praise.set_aside': { praiseId: PraiseId; staffId: StaffId; by: StaffId | null }
}
