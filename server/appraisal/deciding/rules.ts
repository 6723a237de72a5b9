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
export const mayReviewIn = (month: MonthState, signs: boolean): boolean =>
  month === 'review' || month === 'published' || month === 'closed' || (month === 'signing' && signs)
export const maySignIn = (month: MonthState): boolean => ['signing', 'published', 'closed'].includes(month)
export const mayCommentIn = (month: MonthState): boolean => month === 'contests' || month === 'comments'

export const mustBeSigned = (grade: Grade | null): boolean => grade !== null && isExtreme(grade)

/** Who has had a part in it cannot judge it independently. */
export function whyNotDecide(by: StaffId, owner: StaffId, parts: readonly (StaffId | null)[]): Refusal | null {
  if (by === owner) return refusal('appraisal.own')
  return parts.includes(by) ? refusal('appraisal.had_part') : null
}

export const AMENDMENT_MOST = 15
