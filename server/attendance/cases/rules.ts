import type { StaffId } from '../../kernel/ids.ts'
import { after, type Moves } from '../../kernel/machine.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

export type PostCaseState = 'suspected' | 'on_duty' | 'left_post'
export const OUTCOMES = ['on_duty', 'left_post'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** REGULATION 2, SHIFT: suspected_away, and after the hearing on_duty or 脱岗. */
const moves: Moves<PostCaseState, Outcome> = {
  suspected: { on_duty: 'on_duty', left_post: 'left_post' },
  on_duty: {},
  left_post: {},
}

/** Letters of what was seen, of a reason, and of what the person says. */
export const REASON_LETTERS = 1000
export const STATEMENT_LETTERS = 2000

type Case = {
  readonly state: PostCaseState
  readonly staffId: StaffId
  readonly openedBy: StaffId | null
  readonly statement: string | null
  readonly statementDueAt: Date
}
type Decision = { readonly by: StaffId; readonly outcome: Outcome; readonly now: Date }

/** Whoever says nothing in their time has been heard. */
export const isHeard = (
  { statement, statementDueAt }: Pick<Case, 'statement' | 'statementDueAt'>,
  now: Date,
): boolean => statement !== null || statementDueAt <= now

/**
 * Never about oneself; that somebody left their post is decided after they were heard, and by another than the one whose word
 * it rests on. That they were there can be said at once.
 */
export function whyNotDecide(one: Case, { by, outcome, now }: Decision): Refusal | null {
  if (one.staffId === by) return refusal('attendance.own_case')
  if (!after(moves, one.state, outcome)) return refusal('attendance.case_decided')
  if (outcome === 'on_duty') return null
  if (one.openedBy === by) return refusal('attendance.case_of_yours')
  return isHeard(one, now) ? null : refusal('attendance.not_heard')
}
