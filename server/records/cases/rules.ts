import type { FalseRecordState } from '../../events/records.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { after, type Moves } from '../../kernel/machine.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

export type CaseAct = 'state' | 'prove' | 'dismiss' | 'withdraw' | 'object' | 'uphold' | 'lift'
export const WEIGHTS = ['minor', 'general', 'serious'] as const

/** REGULATION row 58: a false record is a case: opened, heard, decided; and looked at once more where the person objects. */
export const caseMoves: Moves<FalseRecordState, CaseAct> = {
  opened: { state: 'opened', prove: 'proven', dismiss: 'dismissed', withdraw: 'withdrawn' },
  proven: { object: 'objected' },
  objected: { uphold: 'proven', lift: 'dismissed' },
  dismissed: {},
  withdrawn: {},
}
export const whyNotMoveCase = (from: FalseRecordState, act: CaseAct): Refusal | null =>
  after(caseMoves, from, act) ? null : refusal(`records.case_not_now.${act}`)

type Standing = {
  readonly state: FalseRecordState
  readonly staffId: StaffId
  readonly openedBy: StaffId
  readonly decidedBy: StaffId | null
  readonly statement: string | null
  readonly statementDueAt: Date
}

/** Whoever says nothing in their time has been heard. */
export const isHeard = ({ statement, statementDueAt }: Pick<Standing, 'statement' | 'statementDueAt'>, now: Date) =>
  statement !== null || statementDueAt <= now

/** Never about oneself, never by whoever said so; that it is proven only after the person was heard. */
export function whyNotDecideCase(
  one: Standing,
  by: StaffId,
  outcome: 'proven' | 'dismissed',
  now: Date,
): Refusal | null {
  if (one.staffId === by) return refusal('records.about_you')
  if (one.openedBy === by) return refusal('records.opened_by_you')
  const moved = whyNotMoveCase(one.state, outcome === 'proven' ? 'prove' : 'dismiss')
  if (moved) return moved
  return outcome === 'dismissed' || isHeard(one, now) ? null : refusal('records.not_heard')
}

/** The second look is another's. */
export function whyNotReviewCase(one: Standing, by: StaffId): Refusal | null {
  if (one.staffId === by) return refusal('records.about_you')
  return one.openedBy === by || one.decidedBy === by ? refusal('records.had_part') : null
}
