import type { AppraisalState, Grade, MonthState } from '../../events/appraisal.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { isLink } from '../../kernel/links.ts'
import { after, type Moves } from '../../kernel/machine.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { isExtreme } from '../scoring/grades/rules.ts'
import { INDICATORS, type Indicator } from '../scoring/weights/rules.ts'

export type AppraisalAct =
  | 'comment'
  | 'score'
  | 'review'
  | 'send_back'
  | 'sign'
  | 'publish'
  | 'acknowledge'
  | 'object'
  | 'silence'
  | 'uphold'
  | 'amend'
  | 'close'
  | 'reopen'
  | 'count'

/** REGULATION 2, APPRAISAL. */
export const appraisalMoves: Moves<AppraisalState, AppraisalAct> = {
  draft: { comment: 'commented', score: 'manager_scored', review: 'hr_reviewed' },
  commented: { comment: 'commented', score: 'manager_scored', review: 'hr_reviewed' },
  manager_scored: { score: 'manager_scored', review: 'hr_reviewed', send_back: 'commented' },
  hr_reviewed: { review: 'hr_reviewed', sign: 'signed', publish: 'published', send_back: 'manager_scored' },
  signed: { publish: 'published' },
  published: { acknowledge: 'acknowledged', object: 'appealed', silence: 'deemed_received', reopen: 'reopened' },
  acknowledged: { object: 'appealed', close: 'closed', reopen: 'reopened' },
  deemed_received: { close: 'closed', reopen: 'reopened' },
  appealed: { uphold: 'upheld', amend: 'amended', reopen: 'reopened' },
  upheld: { close: 'closed', reopen: 'reopened' },
  amended: { close: 'closed', reopen: 'reopened' },
  closed: { reopen: 'reopened' },
  reopened: { count: 'manager_scored' },
}
export const whyNotMoveAppraisal = (from: AppraisalState, act: AppraisalAct): Refusal | null =>
  after(appraisalMoves, from, act) ? null : refusal(`appraisal.not_now.${act}`)

/** What the next version begins with: nobody has scored, reviewed or signed it. */
export const ANEW = {
  state: 'reopened',
  pass: 0,
  review_due_at: null,
  reviewed_by: null,
  reviewed_at: null,
  signed_by: null,
  signed_at: null,
  answer_due_at: null,
  closed_at: null,
} as const

/** What was moved, by how much and why. */
export type Move = { readonly by: number; readonly why: string; readonly link: string }
export type Moved = Readonly<Partial<Record<Indicator, Move>>>

export const WORDS_LETTERS = 2000

/** REGULATION 3, DM score: ±10 an indicator, and not a point without a reason and a record. */
export function whyNotMoved(moved: Moved, there: readonly Indicator[], most: number): Refusal | null {
  for (const indicator of INDICATORS) {
    const move = moved[indicator]
    if (!move || move.by === 0) continue
    if (!there.includes(indicator)) return refusal('appraisal.nothing_to_move', {}, indicator)
    if (Math.abs(move.by) > most) return refusal('appraisal.moved_far', { most }, indicator)
    if (move.why.trim() === '') return refusal('appraisal.move_reason', {}, indicator)
    if (!isLink(move.link.trim())) return refusal('appraisal.move_link', {}, indicator)
  }
  return null
}

/** REGULATION row 69: ±5, and not a point without a reason. */
export function whyNotReview(points: number, why: string, most: number): Refusal | null {
  if (Math.abs(points) > most) return refusal('appraisal.review_far', { most }, 'points')
  return points !== 0 && why.trim() === '' ? refusal('appraisal.review_reason', {}, 'why') : null
}

/** Each stage is one's own; whoever is late is joined by the next one up. */
export const mayScoreIn = (month: MonthState): boolean => month === 'managers'
export const maySignIn = (month: MonthState): boolean => ['signing', 'published', 'closed'].includes(month)
export const mayCommentIn = (month: MonthState): boolean => month === 'contests' || month === 'comments'

export const mustBeSigned = (grade: Grade | null): boolean => grade !== null && isExtreme(grade)

/** Somebody before one result: what they may, and what they have done to it. */
export type Hands = {
  readonly owner: boolean
  /** Led this person's nights of the month, or scored them: the first hand. */
  readonly scored: boolean
  readonly reviews: boolean
  readonly signs: boolean
  /** Nobody of personnel can look at it: it is about them, or theirs was the first hand. */
  readonly orphaned: boolean
}
type Reviewed = {
  readonly monthState: MonthState
  readonly state: AppraisalState
  readonly reviewDueAt: Date | null
}

/**
 * REGULATION row 69: after whoever scored comes another hand. Personnel's stage is theirs alone; the group takes their place
 * where it is late, or where nobody of them can. What personnel has looked at the group sends back and does not move.
 */
export function whyNotReviewer(
  one: Reviewed,
  { owner, scored, reviews, signs, orphaned }: Hands,
  now: Date,
): Refusal | null {
  if (owner) return refusal('appraisal.own')
  if (scored) return refusal('appraisal.scored_by_you')
  if (!['review', 'signing', 'published', 'closed'].includes(one.monthState)) return refusal('appraisal.not_now.review')
  if (reviews && (one.state !== 'hr_reviewed' || one.monthState !== 'signing')) return null
  if (!signs) return refusal('appraisal.personnel_first')
  if (one.state === 'hr_reviewed') return refusal('appraisal.reviewed_already')
  return orphaned || isReviewLate(one, now) ? null : refusal('appraisal.personnel_first')
}

/** In the month by its stage; what came back after the stage has days of its own. */
export const isReviewLate = ({ monthState, reviewDueAt }: Reviewed, now: Date): boolean =>
  reviewDueAt ? reviewDueAt <= now : monthState !== 'review'

type Signing = { readonly id: StaffId; readonly owner: boolean; readonly led: boolean; readonly signs: boolean }
/** The group's name is the check on an extreme: not that of whoever reviewed it, nor of whoever led the nights. */
export function whyNotSigner({ reviewedBy }: { reviewedBy: StaffId | null }, hand: Signing): Refusal | null {
  if (!hand.signs) return refusal('appraisal.signed_by_group')
  if (hand.owner) return refusal('appraisal.own')
  if (reviewedBy === hand.id) return refusal('appraisal.reviewed_by_you')
  return hand.led ? refusal('appraisal.led_by_you') : null
}

/** Who has had a part in it cannot judge it independently. */
export function whyNotDecide(by: StaffId, owner: StaffId, parts: readonly (StaffId | null)[]): Refusal | null {
  if (by === owner) return refusal('appraisal.own')
  return parts.includes(by) ? refusal('appraisal.had_part') : null
}

export const AMENDMENT_MOST = 15
