import type { FalseRecordState } from '../../events/records.ts'
import type { FalseRecordId, StaffId } from '../../kernel/ids.ts'
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

/** What somebody of the group has still to decide about. */
export const OPEN = ['opened', 'objected'] as const
export const isOpen = ({ state }: { state: string }): boolean => OPEN.some((one) => one === state)

export const subjectOf = (id: FalseRecordId): string => `false_record:${id}`
export const topicsOf = (staffId: StaffId): { about: string[] } => ({ about: ['records', `own:${staffId}`] })

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
  const another = whyNotJudge({ ...one, state: 'opened' }, by)
  if (another) return another
  const moved = whyNotMoveCase(one.state, outcome === 'proven' ? 'prove' : 'dismiss')
  if (moved) return moved
  return outcome === 'dismissed' || isHeard(one, now) ? null : refusal('records.not_heard')
}

/** The second look is another's. */
export function whyNotReviewCase(one: Omit<Judged, 'state'>, by: StaffId): Refusal | null {
  if (one.staffId === by) return refusal('records.about_you')
  return one.openedBy === by || one.decidedBy === by ? refusal('records.had_part') : null
}

type Judged = Pick<Standing, 'state' | 'staffId' | 'openedBy' | 'decidedBy'>

/** Whether it could be theirs to decide: the case itself, or the objection against it. */
export function whyNotJudge(one: Judged, by: StaffId): Refusal | null {
  if (one.state === 'objected') return whyNotReviewCase(one, by)
  if (one.staffId === by) return refusal('records.about_you')
  return one.openedBy === by ? refusal('records.opened_by_you') : null
}

/** Waits for a leader's word longer than it may. */
export const isDecidedLate = (one: { state: string; decideDueAt: Date | null }, now: Date): boolean =>
  isOpen(one) && one.decideDueAt !== null && one.decideDueAt <= now
